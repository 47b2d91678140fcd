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
    false,
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
    Column("occurred_at_ms", BigInteger, nullable=False),
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

# One row a triggered run: the trigger that stands, and what was published of it. `changes` grows
# with every batch that brings the run something; where it is past `reviewed_changes` after a
# review, something came late. `arc_digest` is of the arc that was reviewed last.
RUNS = Table(
    "runs",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("occurred_at_ms", BigInteger, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("record_timestamp_ms", BigInteger, nullable=False),
    Column("input_partition", Integer, nullable=False, server_default="0"),
    Column("changes", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", String(16), nullable=True),
    Column("published_at_ms", BigInteger, nullable=True),
    Column("reviewed_changes", BigInteger, nullable=False),
    Column("arc_digest", String(64), nullable=False),
    Column("wanted_revision", Integer, nullable=False, server_default="0"),
    Index("ix_runs_user", "user_id"),
)

# The few runs that are to be reviewed again. Every consumer asks for them every second, so they are
# not to be looked for among a day's runs. No index of all runs by time stands beside these two:
# PostgreSQL, which takes a third of all rows for late, would walk through that one instead.
IS_LATE = RUNS.c.changes > RUNS.c.reviewed_changes
IS_WANTED = RUNS.c.wanted_revision > RUNS.c.revision
Index(
    "ix_runs_late",
    RUNS.c.published_at_ms,
    RUNS.c.run_id,
    postgresql_where=IS_LATE,
    sqlite_where=IS_LATE,
)
Index(
    "ix_runs_wanted",
    RUNS.c.published_at_ms,
    RUNS.c.run_id,
    postgresql_where=IS_WANTED,
    sqlite_where=IS_WANTED,
)

# Revisions on their way to the topic, by the transaction that takes them there. A row goes when it
# is settled: then `runs` has its revision, or nobody ever saw it. `producer_id` and `epoch` are
# Kafka's, of the producer that owns the input partition: a later owner has a later epoch.
PUBLICATIONS = Table(
    "publications",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("transaction_id", String(16), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("producer_id", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("status", String(16), nullable=False),
    Column("published_at_ms", BigInteger, nullable=False),
    Column("reviewed_changes", BigInteger, nullable=False),
    Column("arc_digest", String(64), nullable=False),
    Column("asked_for", Boolean, nullable=False, server_default=false()),
    Index("ix_publications_transaction", "transaction_id"),
)

# The stages and personas that a run's trigger names, so that the sound records of many runs can be
# counted by one query on any database.
RUN_REFERENCES = Table(
    "run_references",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("reference_id", String(128), primary_key=True),
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

# What model calls have cost, under the name of a day (UTC) or of a run, in all processes together.
SPENDING = Table(
    "spending",
    METADATA,
    Column("kind", String(8), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("spent_micros", BigInteger, nullable=False),
)

# Who was erased, and when: what such a user wrote up to then stays away even where the input topics
# are read again. Only the SHA-256 of the id is kept.
USER_ERASURES = Table(
    "user_erasures",
    METADATA,
    Column("user_digest", String(64), primary_key=True),
    Column("erased_at_ms", BigInteger, nullable=False),
)

# The runs that went with them: an erasure that was interrupted can still name every run.
RUN_ERASURES = Table(
    "run_erasures",
    METADATA,
    Column("run_id", String(128), primary_key=True),
    Column("user_digest", String(64), nullable=False),
    Index("ix_run_erasures_user", "user_digest"),
)
