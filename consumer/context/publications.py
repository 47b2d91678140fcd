"""The rows of `publications`: revisions on their way to the topic, each with its transaction.

Kafka alone knows whether a transaction was committed; the store alone knows which revisions a run
has. So a publication is written down before its transaction begins, with the transaction's id, and
settled afterwards. The id stands in the committed offset's metadata too: whoever takes a partition
over reads there which transaction was the last, and settles what its predecessor could not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, delete, exists, or_, select, update

from consumer.context.database import Database
from consumer.context.tables import CALL_JOURNAL, PUBLICATIONS, RUNS
from consumer.publication import Publication
from gateway.membership import is_among
from producer.transactions import ProducerEpoch

Verdict = Literal["go", "gone", "busy"]


class Publications(Database):
    """Keeps publications until they are settled."""

    async def prepare_publications(
        self,
        transaction_id: str,
        *,
        partition: int,
        owner: ProducerEpoch,
        publications: Sequence[Publication],
    ) -> Mapping[str, Verdict]:
        """Write down what this transaction of an input partition will publish.

        Returns a verdict for each run: `go`; `gone`, where the run was erased or has this revision
        already; `busy`, where another partition has the same revision under way.
        """
        if not publications:
            return {}
        wanted = {one.run_id: one for one in publications}
        async with self._writing() as connection:
            query = select(RUNS.c.run_id, RUNS.c.revision).where(is_among(RUNS.c.run_id, wanted))
            revisions = {row.run_id: row.revision for row in await connection.execute(query)}
            going = [one for one in publications if _is_news(one, revisions)]
            kept: set[str] = set()
            if going:
                ours = {"transaction_id": transaction_id, "partition": partition, **asdict(owner)}
                rows = [
                    {**asdict(one), **ours} for one in sorted(going, key=lambda one: one.run_id)
                ]
                # One row a statement, and then a look: the text of one that inserts them all would
                # be another for each number of them (see `gateway.membership`).
                await connection.execute(self._take(), rows)
                taken = select(PUBLICATIONS.c.run_id).where(
                    PUBLICATIONS.c.transaction_id == transaction_id
                )
                kept = set((await connection.execute(taken)).scalars())
        verdicts: dict[str, Verdict] = dict.fromkeys(wanted, "gone")
        for one in going:
            verdicts[one.run_id] = "go" if one.run_id in kept else "busy"
        return verdicts

    async def erased_publications(self, transaction_id: str) -> tuple[tuple[str, str], ...]:
        """Return (run_id, user_id) of what a transaction published of runs erased meanwhile."""
        is_there = exists().where(RUNS.c.run_id == PUBLICATIONS.c.run_id)
        query = select(PUBLICATIONS.c.run_id, PUBLICATIONS.c.user_id).where(
            PUBLICATIONS.c.transaction_id == transaction_id, ~is_there
        )
        async with self._reading() as connection:
            found = await connection.execute(query)
            return tuple((row.run_id, row.user_id) for row in found)

    async def settle_publications(
        self, transaction_id: str | None, *, partition: int, owner: ProducerEpoch
    ) -> None:
        """Count a partition's last committed transaction as published; forget predecessors'.

        None: no transaction of the partition is known to be committed. What a later owner wrote
        down stays, so that a process which lost the partition unawares can do no harm.
        """
        columns = PUBLICATIONS.c
        of_predecessors = and_(
            columns.partition == partition,
            or_(columns.producer_id != owner.producer_id, columns.epoch < owner.epoch),
        )
        is_this = columns.transaction_id == transaction_id
        async with self._writing() as connection:
            query = select(PUBLICATIONS).where(is_this).order_by(columns.run_id)
            for row in (await connection.execute(query)).all():
                published = await connection.execute(_published(row))
                wanted = published.scalar_one_or_none()
                if wanted is not None and wanted > row.revision:
                    # Asked for while this one was written: the models are to be asked anew.
                    await connection.execute(
                        delete(CALL_JOURNAL).where(CALL_JOURNAL.c.run_id == row.run_id)
                    )
            await connection.execute(delete(PUBLICATIONS).where(or_(is_this, of_predecessors)))

    def _take(self) -> Any:
        # What stands there of the same partition and of no later owner was never committed.
        insert = self._insert(PUBLICATIONS)
        taken = {
            column.name: insert.excluded[column.name]
            for column in PUBLICATIONS.c
            if not column.primary_key
        }
        return insert.on_conflict_do_update(
            index_elements=["run_id", "revision"],
            set_=taken,
            where=and_(
                PUBLICATIONS.c.partition == insert.excluded.partition,
                or_(
                    PUBLICATIONS.c.producer_id != insert.excluded.producer_id,
                    PUBLICATIONS.c.epoch <= insert.excluded.epoch,
                ),
            ),
        )


def _is_news(publication: Publication, revisions: Mapping[str, int]) -> bool:
    return revisions.get(publication.run_id, publication.revision) < publication.revision


def _published(row: Any) -> Any:
    wanted: ColumnElement[int] = RUNS.c.wanted_revision
    if not row.asked_for:
        # Whoever asked for this revision while its review was under way wants the next one.
        wanted = case((wanted == row.revision, row.revision + 1), else_=wanted)
    return (
        update(RUNS)
        .where(RUNS.c.run_id == row.run_id, RUNS.c.revision < row.revision)
        .values(
            revision=row.revision,
            status=row.status,
            published_at_ms=row.published_at_ms,
            reviewed_changes=row.reviewed_changes,
            arc_digest=row.arc_digest,
            wanted_revision=wanted,
        )
        .returning(RUNS.c.wanted_revision)
    )
