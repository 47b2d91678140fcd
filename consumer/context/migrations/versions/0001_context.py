"""Create the tables of contexts, runs, finished calls and erasures."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables."""
    _create_contexts()
    _create_runs()
    _create_erasures()


def downgrade() -> None:
    """Drop them; contexts come back only by reading the input topics again."""
    for table in (
        "run_erasures",
        "user_erasures",
        "call_journal",
        "run_references",
        "runs",
        "context_records",
    ):
        op.drop_table(table)


def _create_contexts() -> None:
    op.create_table(
        "context_records",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger, nullable=False),
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


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger, nullable=False),
        sa.Column("trigger", sa.Text, nullable=False),
        sa.Column("record_timestamp_ms", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=True),
        sa.Column("published_at_ms", sa.BigInteger, nullable=True),
        sa.Column("reviewed_changes", sa.BigInteger, nullable=False),
        sa.Column("arc_digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_runs_user", "runs", ["user_id"])
    op.create_index("ix_runs_published", "runs", ["published_at_ms"])
    op.create_table(
        "run_references",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("reference_id", sa.String(128), primary_key=True),
    )
    op.create_table(
        "call_journal",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("call", sa.String(160), primary_key=True),
        sa.Column("prompt_hash", sa.String(64), primary_key=True),
        sa.Column("outcome", sa.Text, nullable=False),
    )


def _create_erasures() -> None:
    op.create_table(
        "user_erasures",
        sa.Column("user_digest", sa.String(64), primary_key=True),
        sa.Column("erased_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "run_erasures",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("user_digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_run_erasures_user", "run_erasures", ["user_digest"])
