"""Patterns: claimed where a signal or two stages' quotes bear them, and not by their own word."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.patterns import check_pattern
from consumer.drafts import Citation, PatternDraft
from schemas.review import Pattern

MakeSignal = Callable[..., Any]
OBJECTIVE = Citation(source="objective", source_id="o1", revision=None, quote=None)
OWN = Citation(
    source="message",
    source_id="m2",
    revision=None,
    quote="I checked the log twice before I changed",
)
OWN = Citation(
    source="message",
    source_id="m2",
    revision=None,
    quote="I checked the log twice before I changed",
)
SAM = Citation(
    source="message", source_id="m4", revision=None, quote="I will keep that in mind for now"
)
PERSONA = Citation(
    source="message",
    source_id="m1",
    revision=None,
    quote="Please send me the numbers for the board",
)


def pattern(**changes: Any) -> PatternDraft:
    fields: dict[str, Any] = {
        "kind": "help_seeking",
        "name": "checking first",
        "direction": "improving",
        "statement": "You check before you change things.",
        "confidence": "high",
        "stage_ids": ("s2", "s1"),
        "signal_ids": (),
        "evidence": (OWN, OBJECTIVE),
    }
    return PatternDraft.model_validate(fields | changes)


def test_a_pattern_takes_kind_name_and_direction_from_its_first_signal(
    arc: Arc, make_signal: MakeSignal
) -> None:
    facts = facts_of(arc, [make_signal("pace", "worsening", name="working pace")])
    checked = check_pattern(pattern(signal_ids=("pace-1",)), facts, pattern_id="p1")
    assert isinstance(checked, Pattern)
    assert (checked.kind, checked.name, checked.direction) == ("pace", "working pace", "worsening")
    assert checked.stage_ids == ("s1", "s2")


@pytest.mark.parametrize("verdict", ["too_little_data", "unclear", "absent", "steady", "present"])
def test_no_pattern_of_pace_rests_on_a_verdict_that_claims_nothing(
    arc: Arc, make_signal: MakeSignal, verdict: str
) -> None:
    facts = facts_of(arc, [make_signal("pace", verdict)])
    checked = check_pattern(pattern(signal_ids=("pace-1",)), facts, pattern_id="p1")
    assert isinstance(checked, tuple)


@pytest.mark.parametrize(
    "changes",
    [
        {"signal_ids": ("invented",)},
        {"stage_ids": ("s2",)},
        {"stage_ids": ("s2", "s9")},
        {"stage_ids": ("s3", "s4")},
        {"evidence": (OWN,)},
        {"evidence": ()},
        {"statement": "  "},
        {"statement": "You got 83 % faster."},
    ],
)
def test_a_pattern_needs_two_stages_and_evidence_in_both(
    arc: Arc, make_signal: MakeSignal, changes: dict[str, Any]
) -> None:
    facts = facts_of(arc, [make_signal("pace", "improving")])
    draft = pattern(**({"signal_ids": ("pace-1",)} | changes))
    assert isinstance(check_pattern(draft, facts, pattern_id="p1"), tuple)


def test_without_a_signal_two_stages_are_quoted_and_confidence_is_modest(
    arc: Arc, make_signal: MakeSignal
) -> None:
    facts = facts_of(arc, [make_signal("help_seeking", "unclear")])
    assert isinstance(check_pattern(pattern(), facts, pattern_id="p1"), tuple)
    quoted = check_pattern(pattern(evidence=(OWN, PERSONA)), facts, pattern_id="p1")
    assert isinstance(quoted, Pattern)
    assert (quoted.confidence, quoted.direction, quoted.signal_ids) == ("medium", "present", ())


@pytest.mark.parametrize(
    "kind",
    ["pace", "first_pass", "stuck", "independence", "calibration", "recovery", "fixed_issue"],
)
def test_a_matter_of_measurement_is_not_claimed_from_quotes(
    arc: Arc, make_signal: MakeSignal, kind: str
) -> None:
    draft = pattern(kind=kind, evidence=(OWN, PERSONA))
    facts = facts_of(arc, [make_signal(kind, "unclear")])
    assert isinstance(check_pattern(draft, facts, pattern_id="p1"), tuple)


def test_quotes_do_not_bring_back_an_issue_that_was_measured(arc: Arc) -> None:
    facts = facts_of(arc, ())
    draft = pattern(kind="recurring_issue", name="Unstated assumption", evidence=(OWN, PERSONA))
    assert isinstance(check_pattern(draft, facts, pattern_id="p1"), tuple)


def test_a_signal_that_claims_nothing_is_not_passed_over_for_quotes(
    arc: Arc, make_signal: MakeSignal
) -> None:
    facts = facts_of(arc, [make_signal("help_seeking", "unclear")])
    draft = pattern(signal_ids=("help_seeking-1",), evidence=(OWN, PERSONA))
    checked = check_pattern(draft, facts, pattern_id="p1")
    assert checked == ("signal 'help_seeking-1' (unclear) bears no pattern",)


@pytest.mark.parametrize("verdict", ["absent", "too_little_data"])
def test_quotes_do_not_overrule_what_was_measured(
    arc: Arc, make_signal: MakeSignal, verdict: str
) -> None:
    facts = facts_of(arc, [make_signal("help_seeking", verdict)])
    draft = pattern(evidence=(OWN, PERSONA))
    assert isinstance(check_pattern(draft, facts, pattern_id="p1"), tuple)


def test_a_pattern_of_one_stage_is_told_that_it_needs_two(
    arc: Arc, make_signal: MakeSignal
) -> None:
    facts = facts_of(arc, [make_signal("pace", "improving")])
    draft = pattern(signal_ids=("pace-1",), stage_ids=("s2", "s9"))
    checked = check_pattern(draft, facts, pattern_id="p1")
    assert isinstance(checked, tuple)
    assert "a pattern needs at least two stages of this run" in checked


def test_eight_pieces_of_evidence_still_span_two_stages(arc: Arc, make_signal: MakeSignal) -> None:
    words = "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november"
    message = arc.messages[1].model_copy(update={"text": words})
    long = Arc(trigger=arc.trigger, objectives=arc.objectives, messages=(message,), artefacts=())
    split = words.split()
    many = tuple(OWN.model_copy(update={"quote": " ".join(split[i : i + 6])}) for i in range(9))
    facts = facts_of(long, [make_signal("pace", "improving")])
    draft = pattern(signal_ids=("pace-1",), evidence=(*many, OBJECTIVE))
    checked = check_pattern(draft, facts, pattern_id="p1")
    assert isinstance(checked, Pattern)
    assert len(checked.evidence) == 8
    assert {e.stage_id for e in checked.evidence} == {"s1", "s2"}


def test_a_pattern_of_the_writing_quotes_the_learner_whatever_the_draft_calls_it(
    arc: Arc, make_signal: MakeSignal
) -> None:
    facts = facts_of(arc, [make_signal("writing", "improving")])
    draft = pattern(kind="pace", signal_ids=("writing-1",), evidence=(OWN, PERSONA))
    assert isinstance(check_pattern(draft, facts, pattern_id="p1"), tuple)
    note = Citation(
        source="artefact", source_id="a1", revision=1, quote="He was not a student of that school"
    )
    own = draft.model_copy(update={"evidence": (note, SAM), "stage_ids": ("s2", "s4")})
    assert isinstance(check_pattern(own, facts, pattern_id="p1"), Pattern)


def test_only_signals_that_claim_something_are_named_and_they_say_how_surely(
    arc: Arc, make_signal: MakeSignal
) -> None:
    signals = [
        make_signal("pace", "improving", n=4),
        make_signal("first_pass", "unclear", signal_id="quiet"),
    ]
    draft = pattern(signal_ids=("pace-1", "quiet"), confidence="high")
    checked = check_pattern(draft, facts_of(arc, signals), pattern_id="p1")
    assert isinstance(checked, Pattern)
    assert checked.signal_ids == ("pace-1",)
    assert checked.confidence == "medium"


def test_a_quoted_pattern_has_a_name(arc: Arc, make_signal: MakeSignal) -> None:
    unclear = facts_of(arc, [make_signal("help_seeking", "unclear")])
    nameless = pattern(name=" ", evidence=(OWN, PERSONA))
    assert check_pattern(nameless, unclear, pattern_id="p1") == ("the name is empty",)
