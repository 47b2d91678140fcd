"""Create the tables of contexts, runs and finished calls."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create context_records, runs and call_journal."""
    op.create_table(
        "context_records",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("entity_id", sa.String(128), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("stage_id", sa.String(128), nullable=False),
        sa.Column("persona_id", sa.String(128), nullable=True),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("record_topic", sa.String(255), nullable=False),
        sa.Column("record_partition", sa.Integer, nullable=False),
        sa.Column("record_offset", sa.BigInteger, nullable=False),
        sa.Column("record_timestamp_ms", sa.BigInteger, nullable=False),
        sa.Column("record_key", sa.LargeBinary, nullable=True),
        sa.Column("record_value", sa.LargeBinary, nullable=False),
        sa.Column("record_headers", sa.Text, nullable=False),
        sa.Column("dead_lettered", sa.Boolean, nullable=False),
    )
    op.create_index("ix_context_records_user", "context_records", ["user_id"])
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("trigger", sa.Text, nullable=False),
        sa.Column("record_timestamp_ms", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=True),
        sa.Column("published_at_ms", sa.BigInteger, nullable=True),
    )
    op.create_index("ix_runs_user", "runs", ["user_id"])
    op.create_table(
        "call_journal",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("call", sa.String(160), primary_key=True),
        sa.Column("prompt_hash", sa.String(64), primary_key=True),
        sa.Column("outcome", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop them; contexts come back only by reading the input topics again."""
    op.drop_table("call_journal")
    op.drop_table("runs")
    op.drop_table("context_records")
