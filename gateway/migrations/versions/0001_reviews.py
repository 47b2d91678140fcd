"""Create the tables of the review feed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create reviews, feed_positions and erased_runs."""
    op.create_table(
        "reviews",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("review_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("topic_id", sa.String(36), nullable=False),
        sa.Column("record_partition", sa.Integer, nullable=False),
        sa.Column("record_offset", sa.BigInteger, nullable=False),
        sa.Column("review", sa.Text, nullable=False),
    )
    op.create_index("ix_reviews_user_newest", "reviews", ["user_id", "created_at_ms", "run_id"])
    op.create_index(
        "ix_reviews_user_position", "reviews", ["user_id", "record_partition", "record_offset"]
    )
    op.create_table(
        "feed_positions",
        sa.Column("topic_id", sa.String(36), primary_key=True),
        sa.Column("record_partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "erased_runs",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("erased_at_ms", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them; the feed fills them again from the topic."""
    op.drop_table("erased_runs")
    op.drop_table("feed_positions")
    op.drop_table("reviews")
