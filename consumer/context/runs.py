"""The rows of `runs`: the trigger that stands for each run, and what was published of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from consumer.context.erasures import Erasures
from consumer.context.errors import UserErasedError
from consumer.context.records import milliseconds
from consumer.context.tables import RUN_REFERENCES, RUNS
from schemas.events import ScenarioCompleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A triggered run; `revision` 0: nothing is published yet.

    `changes` is how often something came for it since it was triggered, as of when this was read;
    `arc_digest` is that of the arc reviewed last, empty before. `partition` is that of the trigger;
    `wanted_revision` above `revision`: someone asked for that one on purpose.
    """

    trigger: ScenarioCompleted
    triggered_at_ms: int
    revision: int
    status: str | None
    changes: int = 0
    arc_digest: str = ""
    partition: int = 0
    wanted_revision: int = 0


class Runs(Erasures):
    """Keeps triggered runs."""

    async def register(
        self, trigger: ScenarioCompleted, *, triggered_at_ms: int, partition: int = 0
    ) -> Run:
        """Keep the run's first trigger and return the run; a later trigger changes nothing.

        `partition` is the input partition that the trigger came from.

        A second trigger is told by the `event_id` of the returned run's: that is the first's.

        Raises:
            UserErasedError: the trigger's user was erased after it was written; drop it.
        """
        async with self._writing() as connection:
            row = _run_row(trigger, triggered_at_ms=triggered_at_ms, partition=partition)
            added = await connection.execute(
                self._insert(RUNS).values(row).on_conflict_do_nothing().returning(RUNS.c.run_id)
            )
            # Only the first trigger's names count, so only with it they are kept.
            if added.scalar_one_or_none() is not None:
                await self._keep(connection, RUN_REFERENCES, _references(trigger))
            query = select(RUNS).where(RUNS.c.run_id == trigger.run_id)
            found = run_of((await connection.execute(query)).one())
        await self._refuse_erased(trigger)
        return found

    async def run(self, run_id: str) -> Run | None:
        """Return a triggered run, None where no trigger of it is known."""
        query = select(RUNS).where(RUNS.c.run_id == run_id)
        async with self._reading() as connection:
            found = (await connection.execute(query)).one_or_none()
        return None if found is None else run_of(found)

    async def _refuse_erased(self, trigger: ScenarioCompleted) -> None:
        # After the row is committed: an erasure at the same time either deletes it or is seen here.
        erased_at_ms = (await self._erased([trigger.user_id])).get(trigger.user_id)
        if erased_at_ms is not None and milliseconds(trigger.occurred_at) <= erased_at_ms:
            await self.erase_user(trigger.user_id, erased_at_ms=erased_at_ms)
            raise UserErasedError("the user was erased after the run was over")


def _run_row(trigger: ScenarioCompleted, *, triggered_at_ms: int, partition: int) -> dict[str, Any]:
    return {
        "run_id": trigger.run_id,
        "user_id": trigger.user_id,
        "occurred_at_ms": milliseconds(trigger.occurred_at),
        "trigger": trigger.model_dump_json(),
        "record_timestamp_ms": triggered_at_ms,
        "input_partition": partition,
        "changes": 0,
        "revision": 0,
        "reviewed_changes": 0,
        "arc_digest": "",
        "wanted_revision": 0,
    }


def _references(trigger: ScenarioCompleted) -> Sequence[dict[str, str]]:
    named = [("stage", stage.stage_id) for stage in trigger.stages]
    named += [("persona", persona.persona_id) for persona in trigger.personas]
    return [
        {"run_id": trigger.run_id, "kind": kind, "reference_id": reference}
        for kind, reference in named
    ]


def run_of(row: Row[Any]) -> Run:
    """Return the run of a row of `runs`."""
    return Run(
        trigger=ScenarioCompleted.model_validate_json(row.trigger),
        triggered_at_ms=row.record_timestamp_ms,
        revision=row.revision,
        status=row.status,
        changes=row.changes,
        arc_digest=row.arc_digest,
        partition=row.input_partition,
        wanted_revision=row.wanted_revision,
    )
