"""The generator: seeded cases, each an arc with its truth, and with twins that differ in one thing.

What follows from a planted factor without being one is `implied`: first tries that mostly fail
(somebody stuck, where that is not what was planted), and first tries that fail more and more where
help is avoided.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist, fmean
from typing import Final

from consumer.context.records import ContextRecord
from consumer.context.resolve import Resolved, resolve
from consumer.evaluation.arcs import GeneratedArc, generate
from consumer.evaluation.factors import BASE_RATES, SCORE_NOISE, Factors, draw
from consumer.evaluation.oracle import best_claims, planted
from consumer.evaluation.rollups import PASS, mean_score, planted_score
from consumer.evaluation.talk import Change
from consumer.evaluation.truth import Factor, RunTruth, TruePattern, Truth, Twin, write_truth
from producer.records import SourceRecord
from schemas.events import ContextEvent, ScenarioCompleted
from schemas.json_form import to_json

_TOPIC_OF: Final = {
    "ObjectiveRolledUp": "objective.rolled-up",
    "ConversationMessage": "conversation.message",
    "ArtefactSubmitted": "artefact.submitted",
    "ScenarioCompleted": "scenario.completed",
}
BASE_RATES_FILE: Final = "base-rates.json"
TWINS: Final[tuple[Factor, ...]] = (
    "self_praise",
    "improved",
    "injection",
    "shuffled",
    "second_language",
)
# Below an even chance at the first try, runs of three successes are rare: that is being stuck.
STUCK_BELOW, STUCK_OBJECTIVES = 0.5, 10
# What one or two noisy scores say of a dimension is no measure of how it was planted.
ROLLUPS_FOR_QUALITY: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run to review: its file's name, its records, and what is known of it."""

    name: str
    trigger: ScenarioCompleted
    records: tuple[ContextEvent, ...]
    truth: RunTruth

    def resolved(self) -> Resolved:
        """Return the records as the consumer resolves them once they are gathered."""
        return _resolved(self.trigger, self.records)


def cases(count: int, *, seed: int) -> Iterator[tuple[Case, ...]]:
    """Give `count` arcs, each with its twin where it has one. Linear in memory a case."""
    for index in range(count):
        yield case_with_twin(index, seed=seed)


def case_with_twin(index: int, *, seed: int) -> tuple[Case, ...]:
    """Return the arc number `index`, and after it its twin; a thin arc has none."""
    factors = draw(seed, index)
    arc = generate(factors, seed=seed)
    name = arc.trigger.run_id
    case = Case(name=name, trigger=arc.trigger, records=arc.records, truth=_truth(factors, arc))
    change = None if factors.thin else _change(factors, arc)
    if change is None:
        return (case,)
    other = generate(factors, seed=seed, change=change)
    twin = Twin(of=name, factor=change.factor, touches=change.touches)
    truth = case.truth.model_copy(update={"twin": twin})
    name = f"{name}.{change.factor}"
    return case, Case(name=name, trigger=other.trigger, records=other.records, truth=truth)


def resolved_of(arc: GeneratedArc) -> Resolved:
    """Return an arc of which nothing need be known, as the consumer resolves it."""
    return _resolved(arc.trigger, arc.records)


def _resolved(trigger: ScenarioCompleted, events: Sequence[ContextEvent]) -> Resolved:
    records = [
        ContextRecord(
            event=event,
            record=SourceRecord(
                topic=_TOPIC_OF[type(event).__name__],
                partition=0,
                offset=offset,
                key=event.run_id.encode(),
                value=b"",
                headers=(),
                timestamp_ms=0,
            ),
        )
        for offset, event in enumerate(events)
    ]
    return resolve(trigger, records)


def write_cases(folder: Path, written: Sequence[Case]) -> None:
    """Write arc files with their truth beside them, and the base rates to review them by."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in written:
        path = folder / f"{case.name}.jsonl"
        lines = (_line(event) for event in (*case.records, case.trigger))
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        write_truth(path, Truth(runs={case.trigger.run_id: case.truth}))
    rates = json.dumps(BASE_RATES, indent=1)
    folder.joinpath(BASE_RATES_FILE).write_text(f"{rates}\n", encoding="utf-8")


def _truth(factors: Factors, arc: GeneratedArc) -> RunTruth:
    measured = factors.scored and not factors.thin
    return RunTruth(
        patterns=planted(factors, arc),
        implied=_implied(factors, arc),
        best=best_claims(factors, arc),
        above_minimum=not factors.thin,
        quality=_quality(factors, arc) if measured else {},
        canaries=arc.canaries,
    )


def _quality(factors: Factors, arc: GeneratedArc) -> dict[str, float]:
    """Return how well each dimension was planted to go, where enough rollups can show it.

    An objective was planted to go as it would have gone without the noise of scores.
    """
    planted_by: dict[int, list[float]] = {}
    for rollup in arc.rollups:
        score = planted_score(factors, rollup)
        for dimension in rollup.dimensions:
            planted_by.setdefault(dimension, []).append(score)
    return {
        f"d{dimension + 1}": fmean(scores)
        for dimension, scores in sorted(planted_by.items())
        if len(scores) >= ROLLUPS_FOR_QUALITY
    }


def _implied(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    if not factors.scored or not arc.rollups:
        return ()
    found = []
    if factors.help == "avoiding":
        found.append(TruePattern(kind="first_pass", direction="worsening"))
    each = [range(len(factors.quality)), *((d,) for d in range(len(factors.quality)))]
    for dimensions in each:
        passing = [
            1 - NormalDist(mean_score(factors, r.dimensions, r.place), SCORE_NOISE).cdf(PASS)
            for r in arc.rollups
            if set(r.dimensions) & set(dimensions)
        ]
        if len(passing) >= STUCK_OBJECTIVES and fmean(passing) < STUCK_BELOW:
            found.append(TruePattern(kind="stuck", direction="present"))
            break
    return tuple(found)


def _change(factors: Factors, arc: GeneratedArc) -> Change | None:
    factor = TWINS[factors.index % len(TWINS)]
    if factor in {"self_praise", "injection", "second_language"}:
        personas = arc.trigger.personas
        touches = personas[-1].persona_id if personas and factor != "second_language" else None
        return Change(factor=factor, touches=touches)
    if factor == "improved":
        alone = [r.dimensions[0] for r in arc.rollups if len(r.dimensions) == 1]
        return Change(factor=factor, touches=f"d{alone[0] + 1}") if alone else None
    return Change(factor=factor)


def _line(event: ContextEvent | ScenarioCompleted) -> str:
    value = to_json(event)
    line = {"topic": _TOPIC_OF[type(event).__name__], "key": event.run_id, "value": value}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))
