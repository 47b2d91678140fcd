"""What a pattern in the learner's own words says, word for word: asking, rating, writing."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.pattern_words import calibration, help_seeking, writing
from consumer.reviewing.rules.proposal import Proposal
from consumer.reviewing.rules.reading import Reading, reading_of
from schemas.review import SeriesPoint, Signal

Pattern = Callable[[Reading, Signal], Proposal]


def _said(pattern: Pattern, arc: Arc, signal: Signal) -> tuple[list[str], list[str]]:
    """Return the sentences of a pattern and the ids that it cites."""
    proposal = pattern(reading_of(arc, (signal,)), signal)
    return [s for s in proposal.sentences if s], [c.source_id for c in proposal.citations]


def test_a_question_of_the_learners_is_shown_from_each_of_three_stages(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    asked = "Which column of the {} file did you compare when the totals differed?"
    talk = {
        "sam": (
            ("s1", "persona", asked.format("first")),
            ("s1", "user", asked.format("second")),
            ("s1", "user", asked.format("third")),
            ("s2", "user", "I compared the columns of the fourth file myself."),
            ("s2", "user", asked.format("first")),
            ("s3", "user", asked.format("fifth")),
            ("s4", "user", asked.format("sixth")),
            ("s5", "user", asked.format("seventh")),
        )
    }
    signal = make_signal("help_seeking", "present", name="questions_on_the_work", value=0.25, n=20)
    sentences, cited = _said(help_seeking, make_arc(talk=talk), signal)
    assert sentences[0] == "Of your 20 messages 25 % were questions on the work."
    assert cited == ["sam-2", "sam-6", "sam-7"]


@pytest.mark.parametrize(
    ("value", "rating", "said"),
    [
        (0.19, 0.99, "0.19 above the scores of their stages"),
        (-0.19, 0.35, "0.19 below the scores of their stages"),
    ],
)
def test_the_widest_gap_is_on_the_side_that_is_claimed(
    value: float,
    rating: float,
    said: str,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    first, third, last = make_arc().artefacts
    other = 0.3 if value > 0 else 0.99
    rated = (
        first.model_copy(update={"self_rating": other}),
        third.model_copy(update={"self_rating": rating, "revision": 2}),
        third.model_copy(update={"self_rating": other, "revision": 1}),
        last.model_copy(update={"self_rating": 0.78}),
    )
    signal = make_signal("calibration", "present", value=value, unit="points of 1", n=6)
    sentences, _cited = _said(calibration, make_arc(artefacts=rated), signal)
    assert said in sentences[0]
    assert sentences[1] == (
        f"The widest gap is in “Sort”: you gave yourself {rating:.2f} where the work scored 0.75."
    )


@pytest.mark.parametrize(
    ("verdict", "word", "first", "last"),
    [("improving", "more", 0.1, 0.4), ("worsening", "less", 0.4, 0.1)],
)
def test_writing_tells_the_first_share_before_the_last(
    verdict: str,
    word: str,
    first: float,
    last: float,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    shares = {1: first, 3: 0.2, 6: last}
    series = tuple(SeriesPoint(stage_id=f"s{n}", value=shares.get(n)) for n in range(1, 7))
    signal = make_signal("writing", verdict, name="sentences", unit="ratio", n=900, series=series)
    *earlier, third = make_arc().artefacts
    later = third.model_copy(update={"artefact_id": "a7"})
    arc = make_arc(artefacts=(*earlier, third, later))
    sentences, cited = _said(writing, arc, signal)
    assert (
        f"{100 * first:.0f} % of the sentences said what they rest on in “Frame”, and "
        f"{100 * last:.0f} % in “Defend”" in sentences[0]
    )
    assert f"could check {word} of what you wrote" in sentences[1]
    assert cited == ["a1", "a7"]


def test_where_the_two_ends_hide_the_change_no_share_of_theirs_is_told(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    series = tuple(SeriesPoint(stage_id=f"s{n}", value=0.3 if n == 1 else 0.2) for n in (1, 3, 6))
    told = {
        verdict: _said(
            writing,
            make_arc(),
            make_signal("writing", verdict, name="sentences", n=900, series=points),
        )[0][0]
        for verdict, points in (("improving", series), ("worsening", series[::-1]))
    }
    assert told == {
        "improving": "In the longer notes of this run more of the later sentences said what they "
        "rest on than of the earlier, over 900 words.",
        "worsening": "In the longer notes of this run fewer of the later sentences said what they "
        "rest on than of the earlier, over 900 words.",
    }


def test_writing_that_was_measured_in_one_stage_tells_no_change(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("writing", "improving", series=(SeriesPoint(stage_id="s1", value=0.3),))
    assert _said(writing, make_arc(), signal) == ([], [])


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (0.19, "Your own sense of done comes earlier than the work's."),
        (-0.19, "Your work is better than you take it for."),
    ],
)
def test_ratings_are_told_by_their_distance_and_what_it_means(
    value: float, meaning: str, *, make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("calibration", "present", value=value, unit="points of 1", n=6)
    sentences, cited = _said(calibration, make_arc(), signal)
    assert sentences[0].endswith("the scores of their stages, on average over six ratings.")
    assert sentences[2] == meaning
    # The late stages scored more, so their ratings lie closer above.
    assert cited == (["a1", "a3", "a6"] if value > 0 else ["a6", "a1", "a3"])


def test_the_widest_gap_is_told_also_of_a_text_too_short_to_quote(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    first, third, last = make_arc().artefacts
    short = third.model_copy(update={"text": "Done.", "self_rating": 1.0})
    missed = [o.model_copy(update={"score": 0.0}) for o in make_arc().objectives[6:9]]
    objectives = (*make_arc().objectives[:6], *missed, *make_arc().objectives[9:])
    arc = make_arc(artefacts=(first, short, last), objectives=objectives)
    signal = make_signal("calibration", "present", value=0.4, unit="points of 1", n=6)
    sentences, cited = _said(calibration, arc, signal)
    assert sentences[1] == (
        "The widest gap is in “Sort”: you gave yourself 1.00 where the work scored 0.00."
    )
    assert cited == ["a1", "a6"]
    proposal = calibration(reading_of(arc, (signal,)), signal)
    assert [record.stage_id for record in proposal.records] == ["s1", "s6"]
