"""Arcs: the events of one generated run, and what is known of it.

Same seed and number, same arc. A change for a twin never disturbs what else is drawn.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from consumer.evaluation import wordings
from consumer.evaluation.factors import Factors
from consumer.evaluation.rollups import Rollup, rollups_of
from consumer.evaluation.talk import Change, artefacts_of, messages_of, personas_of
from schemas.events import (
    ContextEvent,
    Issue,
    Manifest,
    ObjectiveRolledUp,
    Scenario,
    ScenarioCompleted,
    Stage,
    XpDimension,
    XpPlan,
)

START: Final = datetime(2026, 2, 2, 8, tzinfo=UTC)
FIRST_MINUTES, LAST_MINUTES = 12.0, 40.0
IMPROVED_SCORE: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedArc:
    """One run: its records in time order, its trigger, and the figures that it was made from.

    `minutes` is the time expected of each stage, also where the events do not tell it;
    `evidence` how many sentences of each artefact give evidence, and of how many.
    """

    records: tuple[ContextEvent, ...]
    trigger: ScenarioCompleted
    rollups: tuple[Rollup, ...]
    minutes: tuple[float, ...]
    canaries: dict[str, tuple[str, ...]]
    evidence: tuple[tuple[int, int], ...]


def generate(factors: Factors, *, seed: int, change: Change | None = None) -> GeneratedArc:
    """Return the arc of a plan; `change` makes its twin in what was said, or in one dimension."""
    source = Random(f"{seed}/{factors.index}/arc")  # noqa: S311 - a simulation is to repeat
    run_id = f"eval-{seed}-{factors.index:05d}"
    minutes = _minutes(factors, source)
    rollups = rollups_of(factors, source, minutes)
    thing = source.choice(wordings.THINGS)
    personas = personas_of(factors, source)
    objectives = tuple(
        _objective(run_id, factors, source, at, rollup) for at, rollup in enumerate(rollups)
    )
    if change is not None and change.factor == "improved":
        objectives = tuple(_improved(o, change.touches) for o in objectives)
    messages, canaries = messages_of(run_id, factors, source, personas, change)
    artefacts, evidence = artefacts_of(run_id, factors, source, rollups, change)
    trigger = ScenarioCompleted(
        event_id=uuid5(NAMESPACE_URL, run_id),
        occurred_at=START + timedelta(days=1),
        run_id=run_id,
        user_id=f"learner-{factors.index:05d}",
        scenario=Scenario(
            scenario_id=f"scenario-{factors.index % 5}",
            title=wordings.SCENARIOS[factors.index % 5].replace("{thing}", thing),
        ),
        stages=tuple(
            Stage(
                stage_id=f"s{stage + 1}",
                title=wordings.STAGES[stage],
                expected_minutes=minutes[stage] if factors.expected_known else None,
            )
            for stage in range(factors.stages)
        ),
        personas=personas,
        xp=_plan(factors, source),
        expected=Manifest(
            objective_rollups=len(objectives), messages=len(messages), artefacts=len(artefacts)
        ),
        started_at=START,
        completed_at=START + timedelta(days=1),
    )
    records: list[ContextEvent] = [*objectives, *messages, *artefacts]
    records.sort(key=lambda event: (event.occurred_at, str(event.event_id)))
    if change is not None and change.factor == "shuffled":
        Random(f"{seed}/{factors.index}/order").shuffle(records)  # noqa: S311 - the same
    return GeneratedArc(
        records=tuple(records),
        trigger=trigger,
        rollups=rollups,
        minutes=minutes,
        canaries=canaries,
        evidence=evidence,
    )


def _minutes(factors: Factors, source: Random) -> tuple[float, ...]:
    """Return times that grow with the order: later stages are the harder ones."""
    rise = (LAST_MINUTES - FIRST_MINUTES) / max(factors.stages - 1, 1)
    return tuple(
        float(round(FIRST_MINUTES + rise * stage + source.uniform(-4, 4)))
        for stage in range(factors.stages)
    )


def _plan(factors: Factors, source: Random) -> XpPlan:
    count = len(factors.quality)
    return XpPlan(
        expected_total=factors.points,
        dimensions=tuple(
            XpDimension(
                dimension_id=f"d{at + 1}",
                title=wordings.DIMENSIONS[at],
                max_xp=_cap(factors.points, count, source.uniform(1.3, 2.2)),
            )
            if factors.capped
            else XpDimension(dimension_id=f"d{at + 1}", title=wordings.DIMENSIONS[at])
            for at in range(count)
        ),
    )


def _cap(points: int, count: int, room: float) -> int:
    return -(-int(points * room) // count) + 1


def _objective(
    run_id: str, factors: Factors, source: Random, at: int, rollup: Rollup
) -> ObjectiveRolledUp:
    began = START + timedelta(hours=2 * rollup.stage, minutes=at)
    title = wordings.filled(source, wordings.OBJECTIVES[at % len(wordings.OBJECTIVES)])
    issues = tuple(
        Issue(kind=kind, note=wordings.filled(source, source.choice(wordings.NOTES[kind])))
        for kind in rollup.kinds
    )
    feedback = wordings.filled(source, source.choice(wordings.FEEDBACK))
    spoken = source.random() < 0.3 and factors.touched not in rollup.kinds
    by_words = source.random() < 0.5
    if rollup.named:
        words = wordings.NAMED_FEEDBACK.format(kind=rollup.named[0].replace("_", " "))
        feedback = words if by_words else feedback
    return ObjectiveRolledUp(
        event_id=uuid5(NAMESPACE_URL, f"{run_id}/objective/{at}"),
        occurred_at=began + timedelta(minutes=15),
        run_id=run_id,
        user_id=f"learner-{factors.index:05d}",
        objective_id=f"o{at + 1:02d}",
        stage_id=f"s{rollup.stage + 1}",
        title=title,
        dimension_ids=tuple(f"d{d + 1}" for d in rollup.dimensions),
        attempts=rollup.attempts,
        hints=rollup.hints,
        hint_before_first_attempt=rollup.asked_first,
        started_at=began,
        completed_at=began + timedelta(minutes=15),
        active_seconds=rollup.seconds,
        score=rollup.score,
        first_score=rollup.first_score,
        issues=issues,
        feedback=feedback if rollup.named or spoken else None,
        opportunities=rollup.chances,
        feedback_kinds=rollup.named if rollup.named and not by_words else None,
    )


def _improved(objective: ObjectiveRolledUp, dimension_id: str | None) -> ObjectiveRolledUp:
    """Return the objective as it would be had it gone best, where it is only that dimension's."""
    if objective.dimension_ids != (dimension_id,):
        return objective
    better = {"score": IMPROVED_SCORE, "first_score": IMPROVED_SCORE, "attempts": 1, "hints": 0}
    return objective.model_copy(update=better)
