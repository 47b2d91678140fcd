"""Keep what model calls have cost, a day and a run."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "spending",
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("spent_micros", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop it; what was spent so far is forgotten."""
    op.drop_table("spending")
