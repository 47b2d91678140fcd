"""Revisions asked for on purpose, and indexes of the few runs that are to be reviewed again.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IS_LATE = sa.text("changes > reviewed_changes")
IS_WANTED = sa.text("wanted_revision > revision")


def upgrade() -> None:
    """Make the column and the indexes; they take the place of those of all runs by time."""
    op.add_column(
        "runs", sa.Column("wanted_revision", sa.Integer, nullable=False, server_default="0")
    )
    op.drop_index("ix_runs_partition", "runs")
    op.drop_index("ix_runs_published", "runs")
    op.create_index(
        "ix_runs_late",
        "runs",
        ["published_at_ms", "run_id"],
        postgresql_where=IS_LATE,
        sqlite_where=IS_LATE,
    )
    op.create_index(
        "ix_runs_wanted",
        "runs",
        ["published_at_ms", "run_id"],
        postgresql_where=IS_WANTED,
        sqlite_where=IS_WANTED,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_runs_wanted", "runs")
    op.drop_index("ix_runs_late", "runs")
    op.create_index("ix_runs_published", "runs", ["published_at_ms"])
    op.create_index("ix_runs_partition", "runs", ["input_partition", "published_at_ms"])
    op.drop_column("runs", "wanted_revision")
