"""The summary, word for word: what there was, how it came out, and what cannot be said."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.reading import reading_of
from consumer.reviewing.rules.summary import headline_of, summary_of
from schemas.events import Issue
from schemas.review import Signal
from tests.arcs import pattern_of, stages

KIND = "unstated_assumption"


def _headline(arc: Arc, *signals: Signal) -> str:
    return headline_of(reading_of(arc, signals), tuple(map(pattern_of, signals)))


def _arc(make_arc: Callable[..., Any], **changes: Any) -> Arc:
    """Return the usual arc with every objective changed alike."""
    arc: Arc = make_arc(
        objectives=tuple(o.model_copy(update=changes) for o in make_arc().objectives)
    )
    return arc


def _summary(arc: Arc, *signals: Signal) -> str:
    reading = reading_of(arc, signals)
    return summary_of(reading, tuple(map(pattern_of, reading.claims())), statements=4)


def _scored(make_arc: Callable[..., Any], *scores: float | None) -> Arc:
    """Return an arc of an objective a stage with those scores."""
    objectives = zip(make_arc().objectives[::3], scores, strict=False)
    arc: Arc = make_arc(objectives=tuple(o.model_copy(update={"score": s}) for o, s in objectives))
    return arc


def test_a_third_pattern_is_told_in_the_summary(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    told = [
        make_signal("independence", "improving", value=-3.0),
        make_signal("pace", "improving", value=-12.0, unit="percent"),
        make_signal("first_pass", "worsening", value=-1.0),
    ]
    assert "Beside that, your first tries came right less often." in _summary(make_arc(), *told)
    assert "Beside that" not in _summary(make_arc(), *told[:2])


def test_without_a_pattern_the_results_are_told(make_arc: Callable[..., Any]) -> None:
    arc = _scored(make_arc, 0.7, 0.69, 0.9)
    assert _headline(arc) == (
        "Two of three scored objectives reached the pass mark; no pattern runs clearly through the "
        "stages."
    )
    assert "No clear trend runs through the stages." in _summary(arc)


SPOKEN: dict[str, tuple[tuple[str, str, str], ...]] = {
    "dana": (("s1", "persona", "When is it back?"), ("s2", "user", "By noon.")),
    "sam": (("s2", "user", "I will look."), ("s2", "user", "It is done."), ("s6", "user", "Yes.")),
    "kim": (("s5", "persona", "And our invoices?"),),
}


def test_without_scores_the_learners_own_messages_and_their_stages_are_counted(
    make_arc: Callable[..., Any],
) -> None:
    arc = make_arc(talk=SPOKEN, objectives=())
    assert _headline(arc) == (
        "A run told by its conversations: four messages of yours over two stages, and no scores to "
        "compare them by."
    )
    assert "You wrote most to Sam (three messages) and least to Kim (no messages)." in _summary(arc)
    silent = make_arc(talk={"kim": SPOKEN["kim"]}, objectives=())
    assert _headline(silent) == "Too little came in from this run to say how it went."


def test_of_two_that_got_as_many_messages_neither_got_most_or_least(
    make_arc: Callable[..., Any],
) -> None:
    level = (("s1", "user", "Yes."),)
    for talk in ({"sam": level, "kim": level}, {"sam": level}, {}):
        assert "You wrote most" not in _summary(make_arc(talk=talk, objectives=()))
    assert "You wrote most" not in _summary(make_arc(talk=SPOKEN))


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ((0.5, 0.6, 0.7, 0.8, 0.9, 0.8), "was 0.60 in the first three stages and 0.83 in the last"),
        ((0.7, 0.7, 0.7, 0.7, 0.7, 0.704), "stood at 0.70, in the first three stages as in the la"),
        ((0.5, 0.6), "The mean score over two objectives was 0.55."),
        ((0.5,), "Its score was 0.50."),
    ],
)
def test_the_outcome_is_told_early_before_late_or_over_all(
    scores: tuple[float, ...], said: str, make_arc: Callable[..., Any]
) -> None:
    assert said in _summary(_scored(make_arc, *scores))


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (0.755, "The scores rose all the same."),
        (0.749, "Over the run the scores stayed about where they were."),
        (0.651, "Over the run the scores stayed about where they were."),
        (0.6, "The scores fell meanwhile."),
        (None, ""),
    ],
)
def test_a_lone_issue_is_set_beside_the_scores(
    late: float | None,
    said: str,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    signal = make_signal("recurring_issue", "present", name=KIND, value=0.3)
    arc = _scored(make_arc, 0.7, 0.7, 0.7, late, late, late)
    summary = _summary(arc, signal)
    assert said in summary
    assert ("the scores" in summary.casefold()) is bool(said)


def test_what_to_work_on_is_the_habit_a_pattern_claims_else_the_kind_seen_most(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    kind = "next is “unstated assumption”, marked on six objectives."
    asking, rating = "next is asking before a result", "next is how you rate your own work."
    avoids = make_signal("help_avoidance", "present")
    rates = make_signal("calibration", "present")
    recurs = make_signal("recurring_issue", "present", name=KIND, value=0.3)
    assert kind in _summary(make_arc())
    assert asking in _summary(make_arc(), avoids)
    assert rating in _summary(make_arc(), rates)
    leans = make_signal("independence", "worsening", value=3.0)
    assert "next is a first try of your own before you take a hint." in _summary(make_arc(), leans)
    assert kind in _summary(make_arc(), avoids, rates, recurs)
    assert "work on next" not in _summary(_arc(make_arc, issues=()))
    # Where it was no chance by the record it is marked all the same.
    few = tuple(
        o.model_copy(update={"opportunities": (KIND,) if number < 5 else ()})
        for number, o in enumerate(make_arc().objectives)
    )
    assert kind in _summary(make_arc(objectives=few))


def test_what_was_not_in_the_record_is_named_and_nothing_else(
    make_arc: Callable[..., Any],
) -> None:
    bare = {"score": None, "first_score": None, "hints": 0, "issues": ()}
    said = "There are no {} in it, so quality, help and progress stay out of this review."
    assert said.format("scores, hints or issues") in _summary(_arc(make_arc, **bare))
    helped = _arc(make_arc, **bare | {"hints": 1})
    assert said.format("scores, issues or texts of yours") in _summary(
        replace(helped, artefacts=())
    )
    marked = _arc(make_arc, **bare | {"issues": (Issue(kind=KIND),)})
    assert said.format("scores or hints") in _summary(marked)
    assert "There are no" not in _summary(make_arc())


def test_under_six_objectives_are_a_note_and_no_verdict(make_arc: Callable[..., Any]) -> None:
    assert "a note and not as a verdict" in _summary(_scored(make_arc, *[0.7] * 5))
    assert "a note" not in _summary(_scored(make_arc, *[0.7] * 6))


def test_a_speed_that_cannot_be_told_is_said_so_with_the_reason(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    unclear = make_signal("pace", "unclear", n=5, minimum_n=4)
    few = make_signal("pace", "too_little_data", n=3, minimum_n=4)
    assert _summary(make_arc(), unclear).endswith(
        "Over five stages your speed shows no clear trend."
    )
    assert _summary(make_arc(), few).endswith(
        "Too few stages were timed to say whether you got faster."
    )
    trigger = make_arc().trigger.model_copy(update={"stages": stages(*"ABCDEF")})
    assert _summary(replace(make_arc(), trigger=trigger), unclear).endswith(
        "No stage says how long it should take, so none of this is about your speed."
    )
    assert "speed" not in _summary(make_arc(), make_signal("pace", "improving", value=-12.0))


def test_a_review_with_little_in_it_leaves_saying_so_to_assembly(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    recurs = make_signal("recurring_issue", "present", name=KIND, value=0.3)
    reading = reading_of(_scored(make_arc, 0.7, 0.7, 0.7), (recurs,))
    thin = summary_of(reading, (), statements=2)
    assert "trend" not in thin
    assert "verdict" not in thin
    assert "too little to tell" not in thin
    assert "trend" in summary_of(reading, (), statements=3)
    assert "verdict" in summary_of(reading, (pattern_of(recurs),), statements=2)


def test_revisions_of_a_text_are_one_text(make_arc: Callable[..., Any]) -> None:
    first, *others = make_arc().artefacts
    again = first.model_copy(update={"revision": 2})
    assert "three texts of your own" in _summary(make_arc(artefacts=(first, again, *others)))


def test_an_empty_run_is_too_little_to_tell(make_arc: Callable[..., Any]) -> None:
    empty = make_arc(talk={}, objectives=(), artefacts=())
    assert summary_of(reading_of(empty, ()), (), statements=0) == (
        "This review reads no objectives, no messages and no texts of your own from six stages. "
        "That is too little to tell how the run went, and nothing more is claimed."
    )
