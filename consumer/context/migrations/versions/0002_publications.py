"""Publications on their way, and the input partition of each run.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the column that says which partition a run belongs to."""
    op.create_table(
        "publications",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("transaction_id", sa.String(16), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("producer_id", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("published_at_ms", sa.BigInteger, nullable=False),
        sa.Column("reviewed_changes", sa.BigInteger, nullable=False),
        sa.Column("arc_digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_publications_transaction", "publications", ["transaction_id"])
    op.add_column(
        "runs", sa.Column("input_partition", sa.Integer, nullable=False, server_default="0")
    )
    op.create_index("ix_runs_partition", "runs", ["input_partition", "published_at_ms"])


def downgrade() -> None:
    """Take both away."""
    op.drop_index("ix_runs_partition", "runs")
    op.drop_column("runs", "input_partition")
    op.drop_table("publications")
