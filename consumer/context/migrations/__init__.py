"""The steps that bring the store up to date, run by Alembic on start."""
