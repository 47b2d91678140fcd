"""Patterns by rules: every kind's prose stands up to assembly, and nothing unclaimed is said."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.signals.compute import compute
from schemas.events import Issue, ObjectiveRolledUp
from schemas.review import ReviewReady

CLAIMS: list[tuple[str, str, dict[str, Any]]] = [
    ("pace", "improving", {"value": -12.4, "low": -20.0, "high": -5.0, "unit": "percent"}),
    ("pace", "worsening", {"value": 14.0, "low": 5.0, "high": 20.0, "unit": "percent"}),
    ("recurring_issue", "present", {"name": "unstated_assumption", "value": 0.33, "low": 0.2}),
    ("recurring_issue", "worsening", {"name": "unstated_assumption", "value": 0.33}),
    ("fixed_issue", "improving", {"name": "unstated_assumption", "value": 0.0, "n": 11}),
    ("independence", "improving", {"value": -3.0}),
    ("independence", "worsening", {"value": 3.0}),
    ("help_avoidance", "present", {"value": -3.0}),
    ("first_pass", "improving", {"value": 1.0}),
    ("first_pass", "worsening", {"value": -1.0}),
    ("recovery", "present", {"value": 0.58, "low": 0.52, "high": 0.64}),
    (
        "stuck",
        "present",
        {"signal_id": "stuck", "name": "the whole run", "value": 11.0, "unit": "objectives"},
    ),
    ("help_seeking", "present", {"name": "questions that name the work", "value": 0.25}),
    ("calibration", "present", {"name": "over_rating", "value": 0.19, "unit": "points of 1"}),
    ("writing", "improving", {"name": "sentences that give evidence", "unit": "ratio"}),
]


@pytest.mark.parametrize(("kind", "verdict", "changes"), CLAIMS)
def test_every_claim_becomes_a_pattern_that_assembly_keeps_word_for_word(
    kind: str,
    verdict: str,
    changes: dict[str, Any],
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Any],
    review: Callable[..., ReviewReady],
) -> None:
    talk = {
        "sam": (
            ("s1", "user", "Which of the two files did finance open this morning?"),
            ("s3", "user", "Which column did you compare when the totals differed?"),
        )
    }
    arc = make_arc(talk=talk) if kind == "help_seeking" else make_arc()
    if kind == "fixed_issue":
        arc = make_arc(objectives=_fixed_after_the_seventh(arc.objectives))
    if kind == "stuck":
        arc = make_arc(objectives=_missed(arc.objectives))
    signal = make_signal(kind, verdict, **changes)

    draft = draft_by_rules(arc, (signal,))
    assembled = review(arc, signal)

    (proposed,) = draft.arc_read.patterns
    (kept,) = assembled.patterns
    assert kept.statement == proposed.statement
    assert (kept.kind, kept.direction) == (kind, verdict)
    assert len({e.stage_id for e in kept.evidence}) >= 2


@pytest.mark.parametrize(
    ("verdict", "value", "late", "said"),
    [
        ("improving", -12.4, 0.8, "scores held"),
        ("improving", -12.4, 0.5, "scores fell meanwhile"),
        ("worsening", 12.4, 0.95, "scores rose meanwhile"),
        ("worsening", 12.4, 0.7, "scores did not rise"),
    ],
)
def test_speed_is_set_beside_the_scores_in_words_that_assembly_keeps(
    verdict: str,
    value: float,
    late: float,
    said: str,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Any],
    review: Callable[..., ReviewReady],
) -> None:
    objectives = make_arc().objectives
    half = len(objectives) // 2
    scored = tuple(
        o.model_copy(update={"score": late if index >= half else 0.8})
        for index, o in enumerate(objectives)
    )

    (pattern,) = review(
        make_arc(objectives=scored), make_signal("pace", verdict, value=value)
    ).patterns

    assert said in pattern.statement


def _fixed_after_the_seventh(
    objectives: tuple[ObjectiveRolledUp, ...],
) -> tuple[ObjectiveRolledUp, ...]:
    said = {"feedback": "Say what you take for granted before you conclude."}
    spoken = objectives[6].model_copy(update=said)
    later = (o.model_copy(update={"issues": ()}) for o in objectives[7:])
    return (*objectives[:6], spoken, *later)


def _missed(objectives: tuple[ObjectiveRolledUp, ...]) -> tuple[ObjectiveRolledUp, ...]:
    return tuple(o.model_copy(update={"attempts": 3}) for o in objectives)


@pytest.mark.parametrize("verdict", ["steady", "absent", "unclear", "too_little_data"])
def test_what_a_signal_does_not_claim_is_no_pattern(
    verdict: str, make_arc: Callable[..., Any], make_signal: Callable[..., Any]
) -> None:
    draft = draft_by_rules(make_arc(), (make_signal("pace", verdict),))

    assert draft.arc_read.patterns == ()


def test_a_claim_below_its_minimum_n_is_no_pattern(
    make_arc: Callable[..., Any], make_signal: Callable[..., Any]
) -> None:
    signal = make_signal("independence", "improving", n=5, minimum_n=6)

    assert draft_by_rules(make_arc(), (signal,)).arc_read.patterns == ()


def test_a_description_of_the_writing_is_no_pattern(
    make_arc: Callable[..., Any], make_signal: Callable[..., Any]
) -> None:
    signal = make_signal("writing", "present", name="sentence length", value=14.2)

    assert draft_by_rules(make_arc(), (signal,)).arc_read.patterns == ()


def test_the_best_supported_comes_first_and_five_are_the_most(
    make_arc: Callable[..., Any], make_signal: Callable[..., Any]
) -> None:
    signals = tuple(
        make_signal(kind, verdict, **changes, **extra)
        for kind, verdict, changes, extra in (
            ("pace", "improving", {"value": -12.4}, {"n": 6, "minimum_n": 4}),
            ("first_pass", "improving", {"value": 1.0}, {}),
            ("recovery", "present", {"value": 0.58}, {"low": 0.52, "high": 0.64}),
            ("independence", "improving", {"value": -3.0}, {}),
            ("stuck", "present", {"value": 11.0}, {"signal_id": "stuck"}),
            ("calibration", "present", {"value": 0.19}, {}),
        )
    )

    arc = make_arc(objectives=_missed(make_arc().objectives))
    kinds = [p.kind for p in draft_by_rules(arc, signals).arc_read.patterns]

    assert kinds == ["independence", "first_pass", "stuck", "calibration", "recovery"]


def test_several_kinds_of_issue_are_told_in_different_frames(
    make_arc: Callable[..., Any], make_signal: Callable[..., Any]
) -> None:
    signals = tuple(
        make_signal(
            "recurring_issue", "present", name="unstated_assumption", signal_id=f"r{i}", value=0.33
        )
        for i in range(3)
    )

    patterns = draft_by_rules(make_arc(), signals).arc_read.patterns

    assert len({p.statement.split()[0] for p in patterns}) == 3


@pytest.mark.parametrize(("earlier", "once"), [(None, True), ("Say what you assume.", False)])
def test_a_kind_is_told_to_have_gone_at_a_word_only_where_it_was_spoken_of_once(
    earlier: str | None,
    *,
    once: bool,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Any],
) -> None:
    objectives = list(_fixed_after_the_seventh(make_arc().objectives))
    objectives[3] = objectives[3].model_copy(update={"feedback": earlier})
    signals = tuple(
        make_signal("fixed_issue", "improving", name="unstated_assumption", signal_id=i, n=11)
        for i in ("first", "second")
    )
    _, second = draft_by_rules(make_arc(objectives=tuple(objectives)), signals).arc_read.patterns
    assert ("Hearing of it once was enough" in second.statement) is once


ISSUE = (Issue(kind="late_update"),)
CHANCE = {"opportunities": ("late_update",)}
SAID = {"feedback": "Another late update."}


def _told(make_arc: Callable[..., Any], marks: str, **changed: dict[str, Any]) -> dict[str, str]:
    """Return the statements on issues by kind; "x" shows the issue."""
    plain = {"feedback": None, "hints": 0, "hint_before_first_attempt": None}
    objectives = tuple(
        o.model_copy(
            update=plain | {"issues": ISSUE if mark == "x" else ()} | changed.get(f"o{number}", {})
        )
        for number, (o, mark) in enumerate(zip(make_arc().objectives, marks, strict=True), start=1)
    )
    arc = make_arc(objectives=objectives)
    draft = draft_by_rules(arc, compute(arc, base_rates={"late_update": 0.05}))
    return {p.kind: p.statement for p in draft.arc_read.patterns if p.kind.endswith("_issue")}


def test_of_the_chances_of_a_kind_only_those_that_show_it_are_counted(
    make_arc: Callable[..., Any],
) -> None:
    chances = {f"o{number}": CHANCE for number in range(1, 19, 2)}
    told = _told(make_arc, "xxxx.xx.xx.x......", **chances)
    assert "four of the nine objectives that gave the chance" in told["recurring_issue"]


def test_feedback_that_names_a_kind_by_its_tag_alone_is_feedback_on_it(
    make_arc: Callable[..., Any],
) -> None:
    tagged = {"feedback_kinds": ("late_update",)}
    told = _told(make_arc, "xx.x.x.xx.x....x..", o2=tagged)
    assert "The feedback on “Piece B of the work” named it" in told["recurring_issue"]
    told = _told(make_arc, "xxxxx.............", o5=tagged)
    assert "after the feedback on “Piece E of the work”" in told["fixed_issue"]


def test_what_came_after_feedback_is_counted_from_the_first_of_it(
    make_arc: Callable[..., Any],
) -> None:
    said = {"feedback_kinds": ("late_update",)}
    told = _told(make_arc, "xx.x.x.xx.x....x..", o2=said, o11=said)
    assert "The feedback on “Piece B of the work” named it" in told["recurring_issue"]
    assert "there again on six of" in told["recurring_issue"]


def test_a_kind_seen_again_where_it_had_no_chance_by_the_record_is_not_told_as_gone(
    make_arc: Callable[..., Any],
) -> None:
    chances = {f"o{number}": CHANCE for number in range(1, 19)} | {"o5": CHANCE | SAID}
    assert "fixed_issue" in _told(make_arc, "xxxxx.............", **chances)
    told = _told(make_arc, "xxxxx.........x...", **chances | {"o15": {"opportunities": ()}})
    assert "fixed_issue" not in told
