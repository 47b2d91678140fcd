"""The gateway's tables: the reviews as last read from the topic, and how far that reading got."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

# One row a run: its latest revision. `review` is the JSON text of the contract, kept as it is.
REVIEWS = Table(
    "reviews",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("review_id", String(36), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("topic_id", String(36), nullable=False),
    Column("record_partition", Integer, nullable=False),
    Column("record_offset", BigInteger, nullable=False),
    Column("review", Text, nullable=False),
    Index("ix_reviews_user_newest", "user_id", "created_at_ms", "run_id"),
    Index("ix_reviews_user_position", "user_id", "record_partition", "record_offset"),
)

# Everything below `next_offset` of this partition of this very topic is in `reviews`.
FEED_POSITIONS = Table(
    "feed_positions",
    METADATA,
    Column("topic_id", String(36), primary_key=True),
    Column("record_partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)

# Runs whose tombstone was read. After partitions were added, a run's review and its tombstone may
# lie in different partitions and be read in either order: the erasure must win.
ERASED_RUNS = Table(
    "erased_runs",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("erased_at_ms", BigInteger, nullable=False),
)
