"""The rows of `context_records`: one a distinct event of a run."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select, update

from consumer.context.erasures import Erasures
from consumer.context.records import (
    MODEL_OF,
    ContextKind,
    ContextRecord,
    milliseconds,
    pack_headers,
    unpack_headers,
)
from consumer.context.tables import CONTEXT_RECORDS, RUN_REFERENCES, RUNS
from gateway.membership import is_among
from producer.records import SourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCounts:
    """Distinct records of a run that are sound for its trigger."""

    objective: int = 0
    message: int = 0
    artefact: int = 0


class ContextRows(Erasures):
    """Keeps context records and counts them."""

    async def add(self, records: Sequence[ContextRecord]) -> None:
        """Keep the records in one transaction; those that are there already change nothing.

        What a user wrote before they were erased is not kept.
        """
        if not records:
            return
        # In one order everywhere, so that two processes cannot wait for each other's rows.
        rows = sorted(
            map(_context_row, records), key=lambda row: (row["run_id"], row["kind"], row["digest"])
        )
        async with self._writing() as connection:
            await self._keep(connection, CONTEXT_RECORDS, rows)
        # Only once the rows can be seen: whoever reviews a run in between either sees the rows or
        # is counted as having missed them.
        await self._note_changes({row["run_id"] for row in rows})
        erased = await self._erased({row["user_id"] for row in rows})
        for user_id, erased_at_ms in erased.items():
            await self.erase_user(user_id, erased_at_ms=erased_at_ms)

    async def records_of(self, run_id: str, kind: ContextKind) -> tuple[ContextRecord, ...]:
        """Return all of a run's records of one kind, sound or not, in no order."""
        query = select(CONTEXT_RECORDS).where(
            CONTEXT_RECORDS.c.run_id == run_id, CONTEXT_RECORDS.c.kind == kind
        )
        async with self._reading() as connection:
            return tuple(_context_record(row) for row in await connection.execute(query))

    async def count_sound_many(self, run_ids: Collection[str]) -> Mapping[str, SoundCounts]:
        """Count, for each of these registered runs, the distinct records its trigger can place."""
        counts: dict[str, dict[str, int]] = {run_id: {} for run_id in run_ids}
        async with self._reading() as connection:
            for run_id, kind, count in await connection.execute(_count_query(counts)):
                counts[run_id][kind] = count
        return {run_id: SoundCounts(**found) for run_id, found in counts.items()}

    async def mark_dead_lettered(self, records: Sequence[ContextRecord]) -> None:
        """Remember that these records' dead letters are written."""
        if not records:
            return
        columns = CONTEXT_RECORDS.c
        statement = (
            update(CONTEXT_RECORDS)
            .where(
                columns.run_id == bindparam("of_run"),
                columns.kind == bindparam("of_kind"),
                columns.digest == bindparam("of_digest"),
            )
            .values(dead_lettered=True)
        )
        keys = [
            {"of_run": one.event.run_id, "of_kind": one.kind, "of_digest": one.digest}
            for one in records
        ]
        async with self._writing() as connection:
            await connection.execute(statement, keys)

    async def _note_changes(self, run_ids: Collection[str]) -> None:
        are_these = is_among(RUNS.c.run_id, run_ids)
        in_order = select(RUNS.c.run_id).where(are_these).order_by(RUNS.c.run_id)
        async with self._writing() as connection:
            # PostgreSQL locks rows as an update meets them; two batches that share runs would wait
            # for each other.
            await connection.execute(in_order.with_for_update())
            await connection.execute(
                update(RUNS).where(are_these).values(changes=RUNS.c.changes + 1)
            )


def _count_query(run_ids: Iterable[str]) -> Any:
    record, stage, persona = CONTEXT_RECORDS.c, RUN_REFERENCES.alias(), RUN_REFERENCES.alias()
    is_stage = and_(
        stage.c.run_id == record.run_id,
        stage.c.kind == "stage",
        stage.c.reference_id == record.stage_id,
    )
    is_persona = and_(
        persona.c.run_id == record.run_id,
        persona.c.kind == "persona",
        persona.c.reference_id == record.persona_id,
    )
    distinct = (
        select(record.run_id, record.kind, record.entity_id, record.revision)
        .join(RUNS, and_(RUNS.c.run_id == record.run_id, RUNS.c.user_id == record.user_id))
        .join(stage, is_stage)
        .outerjoin(persona, is_persona)
        .where(
            is_among(record.run_id, run_ids),
            or_(record.persona_id.is_(None), persona.c.reference_id.is_not(None)),
        )
        .distinct()
        .subquery()
    )
    return select(distinct.c.run_id, distinct.c.kind, func.count()).group_by(
        distinct.c.run_id, distinct.c.kind
    )


def _context_row(record: ContextRecord) -> dict[str, Any]:
    entity_id, revision = record.entity
    source = record.record
    return {
        "run_id": record.event.run_id,
        "kind": record.kind,
        "digest": record.digest,
        "user_id": record.event.user_id,
        "occurred_at_ms": milliseconds(record.event.occurred_at),
        "entity_id": entity_id,
        "revision": revision,
        "stage_id": record.event.stage_id,
        "persona_id": getattr(record.event, "persona_id", None),
        "event": record.event.model_dump_json(),
        "record_topic": source.topic,
        "record_partition": source.partition,
        "record_offset": source.offset,
        "record_timestamp_ms": source.timestamp_ms,
        "record_key": source.key,
        "record_value": source.value,
        "record_headers": pack_headers(source.headers),
        "dead_lettered": record.dead_lettered,
    }


def _context_record(row: Row[Any]) -> ContextRecord:
    kind: ContextKind = row.kind
    return ContextRecord(
        event=MODEL_OF[kind].model_validate_json(row.event),
        record=SourceRecord(
            topic=row.record_topic,
            partition=row.record_partition,
            offset=row.record_offset,
            key=row.record_key,
            value=row.record_value,
            headers=unpack_headers(row.record_headers),
            timestamp_ms=row.record_timestamp_ms,
        ),
        dead_lettered=row.dead_lettered,
    )
