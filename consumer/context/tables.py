"""The consumer's tables. The migrations make them; a test holds the two to each other."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()

# One row a distinct event. The key holds the digest of its content, so that the same event twice,
# in whatever order and framing, is one row. Which of several stands is decided when a run is
# gathered, because only then the trigger tells which are sound. `record_*` is the record as it
# came, for the dead letter of one that is not.
CONTEXT_RECORDS = Table(
    "context_records",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("entity_id", String(128), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("stage_id", String(128), nullable=False),
    Column("persona_id", String(128), nullable=True),
    Column("event", Text, nullable=False),
    Column("record_topic", String(255), nullable=False),
    Column("record_partition", Integer, nullable=False),
    Column("record_offset", BigInteger, nullable=False),
    Column("record_timestamp_ms", BigInteger, nullable=False),
    Column("record_key", LargeBinary, nullable=True),
    Column("record_value", LargeBinary, nullable=False),
    Column("record_headers", Text, nullable=False),
    Column("dead_lettered", Boolean, nullable=False),
    Index("ix_context_records_user", "user_id"),
)

# One row a triggered run: the trigger that stands, and what was published of it.
RUNS = Table(
    "runs",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("trigger", Text, nullable=False),
    Column("record_timestamp_ms", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", String(16), nullable=True),
    Column("published_at_ms", BigInteger, nullable=True),
    Index("ix_runs_user", "user_id"),
)

# Every finished model call, by what was asked: paid for once.
CALL_JOURNAL = Table(
    "call_journal",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("call", String(160), primary_key=True),
    Column("prompt_hash", String(64), primary_key=True),
    Column("outcome", Text, nullable=False),
)
