"""Which records stand for a run, which are unsound, and the arc that results. Pure.

A record is sound where its user is the trigger's and the trigger names its stage (and persona).
Of the sound ones about the same thing one stands: of an objective the latest by
(`occurred_at`, `event_id`), of a message or a revision of an artefact the earliest.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from consumer.arc import Arc
from consumer.context.records import ContextRecord
from schemas.events import (
    ArtefactSubmitted,
    ContextEvent,
    ConversationMessage,
    ObjectiveRolledUp,
    ScenarioCompleted,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsound:
    """A record that is no part of the review, and why."""

    record: ContextRecord
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A run's arc, what is no part of it, and how many sound records were passed over."""

    arc: Arc
    unsound: tuple[Unsound, ...]
    ignored: int

    @property
    def arc_digest(self) -> str:
        """Return the SHA-256 of the arc: the same where nothing that stands has changed."""
        arc = self.arc
        events = (arc.trigger, *arc.objectives, *arc.messages, *arc.artefacts)
        whole = hashlib.sha256()
        for event in events:
            whole.update(hashlib.sha256(event.model_dump_json().encode()).digest())
        return whole.hexdigest()


EventT = TypeVar("EventT", bound=ContextEvent)


def resolve(trigger: ScenarioCompleted, records: Sequence[ContextRecord]) -> Resolved:
    """Resolve a run's records, in whatever order they are given; the same event twice is one."""
    distinct = {(record.kind, record.digest): record for record in reversed(records)}
    judged = [(record, unsoundness(trigger, record.event)) for record in distinct.values()]
    unsound = [Unsound(record=r, reason=reason) for r, reason in judged if reason is not None]
    sound = [record for record, reason in judged if reason is None]
    standing = _standing(sound)
    return Resolved(
        arc=_arc_of(trigger, [record.event for record in standing]),
        unsound=tuple(sorted(unsound, key=lambda one: one.record.record.position)),
        ignored=len(sound) - len(standing),
    )


def unsoundness(trigger: ScenarioCompleted, event: ContextEvent) -> str | None:
    """Return why an event is no part of the trigger's run, None where it is."""
    if event.user_id != trigger.user_id:
        return "user_id is not that of the run's scenario.completed"
    if all(stage.stage_id != event.stage_id for stage in trigger.stages):
        return f"stage_id {event.stage_id!r} is no stage of the run's scenario.completed"
    if isinstance(event, ConversationMessage) and all(
        persona.persona_id != event.persona_id for persona in trigger.personas
    ):
        return f"persona_id {event.persona_id!r} is no persona of the run's scenario.completed"
    return None


def _standing(sound: Iterable[ContextRecord]) -> list[ContextRecord]:
    chosen: dict[tuple[str, str, int], ContextRecord] = {}
    # Earliest first: the first of a message or artefact stays, the last of an objective wins.
    for record in sorted(sound, key=_order_of):
        key = (record.kind, *record.entity)
        if record.kind == "objective" or key not in chosen:
            chosen[key] = record
    return list(chosen.values())


def _order_of(record: ContextRecord) -> tuple[datetime, str, str]:
    return (record.event.occurred_at, str(record.event.event_id), record.digest)


def _arc_of(trigger: ScenarioCompleted, events: Sequence[ContextEvent]) -> Arc:
    stage_at = {stage.stage_id: index for index, stage in enumerate(trigger.stages)}
    persona_at = {persona.persona_id: index for index, persona in enumerate(trigger.personas)}
    return Arc(
        trigger=trigger,
        objectives=tuple(
            sorted(
                (e for e in events if isinstance(e, ObjectiveRolledUp)),
                key=lambda e: (stage_at[e.stage_id], _time_of(e), e.objective_id),
            )
        ),
        messages=tuple(
            sorted(
                (e for e in events if isinstance(e, ConversationMessage)),
                key=lambda e: (
                    stage_at[e.stage_id],
                    persona_at[e.persona_id],
                    e.sequence,
                    e.sent_at,
                    e.message_id,
                ),
            )
        ),
        artefacts=tuple(
            sorted(
                (e for e in events if isinstance(e, ArtefactSubmitted)),
                key=lambda e: (stage_at[e.stage_id], e.submitted_at, e.artefact_id, e.revision),
            )
        ),
    )


def _time_of(objective: ObjectiveRolledUp) -> datetime:
    return objective.started_at or objective.completed_at or objective.occurred_at
