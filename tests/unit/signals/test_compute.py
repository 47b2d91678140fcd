import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumer.arc import Arc
from consumer.context.records import ContextRecord
from consumer.context.resolve import resolve
from consumer.signals.compute import compute
from consumer.signals.facts import facts
from producer.arc_files import ArcLine, read_arc_file
from schemas.events import (
    ArtefactSubmitted,
    ConversationMessage,
    ObjectiveRolledUp,
    ScenarioCompleted,
)
from schemas.review import MAX_SIGNALS, Signal, SignalKind

# The kinds that rest on scores, hints, times, attempts or issues.
MEASURED = {
    "pace",
    "independence",
    "help_avoidance",
    "first_pass",
    "recovery",
    "stuck",
    "calibration",
    "writing",
}
KINDS = st.sampled_from(
    ["a", "late_update", "k" * 300, "#1", "报告", "\N{PILE OF POO}", " ", "(.*)"]
)
SCORE = st.none() | st.floats(0, 1)
OBJECTIVE = st.fixed_dictionaries(
    {
        "attempts": st.sampled_from([0, 1, 1, 2, 3, 2_147_483_647]),
        "hints": st.sampled_from([0, 0, 1, 3, 2_147_483_647]),
        "hint_before_first_attempt": st.none() | st.booleans(),
        "active_seconds": st.none() | st.sampled_from([0.0, 5e-324, 1e-300, 1.0, 600.0, 1e9]),
        "score": SCORE,
        "first_score": SCORE,
        "kinds": st.lists(KINDS, max_size=3),
        "feedback": st.none()
        | st.sampled_from(["", " ", "Late update again.", "It's fine.", "报告"]),
        "opportunities": st.none() | st.lists(KINDS, max_size=3),
        "feedback_kinds": st.none() | st.lists(KINDS, max_size=2),
        "dimension_ids": st.sampled_from([(), ("d1",), ("d1", "d2"), ("unknown",)]),
    }
)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=40
) | st.sampled_from(["Why?", "I tried it. " * 60, "报告。" * 300, "\u0301"])
MINUTES = st.none() | st.sampled_from([5e-324, 1e-20, 1.0, 30.0, 1e7])


@st.composite
def _plans(draw: st.DrawFn) -> dict[str, Any]:
    stages = draw(st.sampled_from([1, 2, 4, 5, 6, 10]))
    stage = st.integers(1, stages)
    artefact = st.fixed_dictionaries({"text": WORDS, "self_rating": SCORE})
    return {
        "objectives": sorted(
            draw(st.lists(st.tuples(stage, OBJECTIVE), max_size=14)), key=lambda one: one[0]
        ),
        "stages": stages,
        "expected_minutes": draw(st.lists(MINUTES, min_size=stages, max_size=stages)),
        "messages": draw(
            st.lists(st.tuples(stage, st.sampled_from(["user", "persona"]), WORDS), max_size=25)
        ),
        "artefacts": draw(st.lists(st.tuples(stage, artefact), max_size=7)),
        "language": draw(st.sampled_from(["en", "de", "en-GB"])),
    }


def _check(arc: Arc, signals: tuple[Signal, ...]) -> None:
    ids = [signal.signal_id for signal in signals]
    assert len(ids) == len(set(ids)) <= MAX_SIGNALS
    stage_ids = [stage.stage_id for stage in arc.stages]
    for signal in signals:
        assert Signal.model_validate(signal.model_dump()) == signal
        assert [point.stage_id for point in signal.series] == stage_ids
        if signal.n < signal.minimum_n:
            assert signal.verdict == "too_little_data"
        if signal.value is None:
            assert signal.low is signal.high is None
        elif signal.low is not None and signal.high is not None:
            assert signal.low <= signal.value <= signal.high


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_plans(), st.none() | st.dictionaries(KINDS, st.floats(0, 1)))
def test_any_arc_gives_sound_signals(
    make_arc: Any, plan: dict[str, Any], base_rates: dict[str, float] | None
) -> None:
    arc = make_arc(**plan)
    signals = compute(arc, base_rates=base_rates)
    _check(arc, signals)
    facts(arc)
    kinds = {signal.kind for signal in signals}
    always = set(get_args(SignalKind)) - {"recurring_issue", "fixed_issue"}
    assert always <= kinds
    occurring = {issue.kind for o in arc.objectives for issue in o.issues}
    named = {s.name for s in signals if s.kind in {"recurring_issue", "fixed_issue"}}
    assert named == occurring


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_plans(), st.randoms(use_true_random=False))
def test_the_order_in_which_texts_and_issues_came_changes_nothing(
    make_arc: Any, plan: dict[str, Any], shuffler: random.Random
) -> None:
    arc = make_arc(**plan)

    def mixed(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(shuffler.sample(values, len(values)))

    other = replace(
        arc,
        messages=mixed(arc.messages),
        artefacts=mixed(arc.artefacts),
        objectives=tuple(o.model_copy(update={"issues": mixed(o.issues)}) for o in arc.objectives),
    )
    assert compute(other, base_rates=None) == compute(arc, base_rates=None)


def test_of_very_many_kinds_the_best_supported_stay(make_arc: Any, spread: Any) -> None:
    fields: list[dict[str, Any]] = [{"kinds": [f"k{i}x{j}" for j in range(9)]} for i in range(16)]
    for i in (0, 3, 5, 8, 10, 12, 14):
        fields[i]["kinds"] = [*fields[i]["kinds"], "zz"]
    signals = compute(make_arc(spread(fields, 4)), base_rates=None)
    assert len(signals) == 64
    first = next(s for s in signals if s.kind == "recurring_issue")
    assert (first.name, first.verdict) == ("zz", "present")


def test_a_large_arc_computes_in_well_under_a_second(make_arc: Any, spread: Any) -> None:
    source = random.Random(7)
    kinds = [f"kind_{i}" for i in range(40)]
    fields = [
        {
            "attempts": source.randint(1, 3),
            "hints": source.randint(0, 4),
            "score": source.random(),
            "first_score": source.random(),
            "kinds": source.sample(kinds, 4),
            "feedback": "Mind the kind 7 and the assumptions. " * 20,
            "active_seconds": 60.0 * source.randint(1, 30),
            "dimension_ids": ("d1",) if source.random() < 0.5 else ("d2",),
        }
        for _ in range(400)
    ]
    arc = make_arc(
        spread(fields, 40),
        stages=40,
        expected_minutes=[60.0] * 40,
        messages=[
            (1 + i % 40, ("user", "persona")[i % 2], f"Is {i} fine? Yes.") for i in range(2_000)
        ],
        artefacts=[(1 + i % 40, {"text": f"Note {i} says so. " * 200}) for i in range(40)],
    )
    began = time.process_time()
    signals = compute(arc, base_rates=None)
    assert time.process_time() - began < 1
    _check(arc, signals)


def test_real_arcs_without_scores_hints_or_times_claim_nothing(real_arcs: list[Path]) -> None:
    for path in real_arcs:
        arc = _read(path)
        signals = compute(arc, base_rates=None)
        _check(arc, signals)
        verdicts = {s.kind: s.verdict for s in signals if s.kind in MEASURED}
        assert Counter(verdicts.values()) == {"too_little_data": len(MEASURED)}, path.name
        assert not [s for s in signals if s.verdict in {"improving", "worsening", "present"}]


def _read(path: Path) -> Arc:
    lines = [line for line in read_arc_file(path) if isinstance(line, ArcLine)]
    trigger = next(x.event for x in lines if isinstance(x.event, ScenarioCompleted))
    records = [
        ContextRecord(event=line.event, record=line.record)
        for line in lines
        if isinstance(line.event, ObjectiveRolledUp | ConversationMessage | ArtefactSubmitted)
    ]
    return resolve(trigger, records).arc
