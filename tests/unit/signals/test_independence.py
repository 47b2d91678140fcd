from collections.abc import Callable, Sequence
from typing import Any

import pytest

from consumer.signals.independence import independence
from schemas.review import Signal

Series = Callable[[Signal], list[float | None]]
FALLING = (4, 3, 3, 3, 2, 2, 1, 1, 0, 0)


def _run(
    hints: Sequence[int], scores: Sequence[float | None], **more: Sequence[Any]
) -> list[dict[str, Any]]:
    return [
        {"hints": h, "score": s} | {name: values[i] for name, values in more.items()}
        for i, (h, s) in enumerate(zip(hints, scores, strict=True))
    ]


def test_hints_falling_while_the_score_holds_is_independence(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(FALLING, [0.72] * 5 + [0.74] * 5), 5), stages=5)
    both = independence(arc)
    assert [s.verdict for s in both] == ["improving", "absent"]
    assert [s.n for s in both] == [10, 10]
    # Least squares: -36.5 ÷ 82.5 a step, nine steps.
    assert both[0].value == pytest.approx(-36.5 / 82.5 * 9, abs=1e-4)


def test_hints_falling_with_the_score_is_avoidance(make_arc: Any, spread: Any) -> None:
    scores = [0.9, 0.9, 0.85, 0.85, 0.8, 0.8, 0.75, 0.75, 0.7, 0.7]
    both = independence(make_arc(spread(_run(FALLING, scores), 5), stages=5))
    assert [s.verdict for s in both] == ["unclear", "present"]


@pytest.mark.parametrize(
    ("loss", "verdicts"),
    [
        (0.10, ["improving", "absent"]),
        (0.101, ["unclear", "unclear"]),
        (0.149, ["unclear", "unclear"]),
        (0.15, ["unclear", "present"]),
    ],
)
def test_between_held_and_lost_it_is_unclear(
    make_arc: Any, spread: Any, loss: float, verdicts: list[str]
) -> None:
    scores = [0.8 - loss * (i // 2) / 4 for i in range(10)]
    both = independence(make_arc(spread(_run(FALLING, scores), 5), stages=5))
    assert [s.verdict for s in both] == verdicts


def test_a_loss_that_could_be_chance_is_unclear(make_arc: Any, spread: Any) -> None:
    scores = [0.9, 0.9, 0.6, 0.6, 0.8, 0.8, 0.55, 0.55, 0.65, 0.65]
    both = independence(make_arc(spread(_run(FALLING, scores), 5), stages=5))
    assert [s.verdict for s in both] == ["unclear", "unclear"]


def test_rising_hints_are_worsening(make_arc: Any, spread: Any) -> None:
    both = independence(make_arc(spread(_run(FALLING[::-1], [0.8] * 10), 5), stages=5))
    assert [s.verdict for s in both] == ["worsening", "absent"]


def test_equal_hints_are_steady(make_arc: Any, spread: Any) -> None:
    both = independence(make_arc(spread(_run([1] * 10, [0.8] * 10), 5), stages=5))
    assert [s.verdict for s in both] == ["steady", "absent"]
    assert both[0].value == 0


def test_noise_is_unclear(make_arc: Any, spread: Any) -> None:
    hints = [3, 0, 2, 4, 1, 0, 3, 1, 0, 2]
    both = independence(make_arc(spread(_run(hints, [0.8] * 10), 5), stages=5))
    assert both[0].verdict == "unclear"


def test_more_hints_before_the_first_try_late_than_early_is_not_independence(
    make_arc: Any, spread: Any
) -> None:
    asked = [False] * 6 + [True] * 2 + [None] * 2
    fields = _run(FALLING, [0.8] * 10, hint_before_first_attempt=asked)
    assert independence(make_arc(spread(fields, 5), stages=5))[0].verdict == "unclear"


def test_without_hints_or_scores_nothing_is_said(
    make_arc: Any, spread: Any, series_of: Series
) -> None:
    for fields in (_run([0] * 10, [0.8] * 10), _run(FALLING, [None] * 10)):
        both = independence(make_arc(spread(fields, 4)))
        assert [(s.verdict, s.n, s.value) for s in both] == [("too_little_data", 0, None)] * 2
    assert series_of(independence(make_arc(spread(_run([0] * 10, [0.8] * 10), 4)))[0]) == [None] * 4


def test_five_objectives_are_too_few(make_arc: Any, spread: Any) -> None:
    both = independence(make_arc(spread(_run([4, 3, 2, 1, 0], [0.8] * 5), 5), stages=5))
    assert [(s.verdict, s.n, s.minimum_n) for s in both] == [("too_little_data", 5, 6)] * 2


def test_scores_in_one_stage_only_cannot_tell_whether_they_held(make_arc: Any, spread: Any) -> None:
    scores = [0.8, 0.8, *[None] * 8]
    both = independence(make_arc(spread(_run(FALLING, scores), 5), stages=5))
    assert [s.verdict for s in both] == ["unclear", "unclear"]


def test_the_series_holds_hints_an_objective(make_arc: Any, series_of: Series) -> None:
    arc = make_arc([(1, {"hints": 3, "score": 0.5}), (1, {"hints": 0}), (3, {"hints": 1})])
    assert series_of(independence(arc)[0]) == [1.5, None, 1, None]


@pytest.mark.parametrize(
    ("hints", "verdict"), [((5, 4, 3, 2, 1, 0), "improving"), ((5, 4, 3, 2, 0, 1), "unclear")]
)
def test_hints_that_fall_out_of_order_once_in_six_could_be_chance(
    hints: tuple[int, ...], verdict: str, *, make_arc: Any, spread: Any
) -> None:
    # 2 ÷ 720 in perfect order, 12 ÷ 720 with one exchange.
    arc = make_arc(spread(_run(hints, [0.8] * 6), 3), stages=3)
    assert independence(arc)[0].verdict == verdict


@pytest.mark.parametrize(("hinted", "moved"), [(6, True), (5, False)])
def test_a_fall_of_less_than_one_hint_is_no_independence_however_sure(
    hinted: int, *, moved: bool, make_arc: Any, spread: Any
) -> None:
    # One hint on each of the first of 24: 1.08 over the arc with six, .95 with five.
    hints = [int(i < hinted) for i in range(24)]
    signal = independence(make_arc(spread(_run(hints, [0.8] * 24), 4)))[0]
    assert (signal.verdict == "improving") is moved


@pytest.mark.parametrize(
    ("stage_scores", "verdict"),
    [((0.9, 0.85, 0.8, 0.65, 0.7), "present"), ((0.9, 0.8, 0.85, 0.65, 0.7), "unclear")],
)
def test_a_loss_of_the_score_counts_at_one_in_ten_and_not_above(
    stage_scores: tuple[float, ...], verdict: str, *, make_arc: Any, spread: Any
) -> None:
    # Of five stages one exchange has p = .083, two have .233.
    scores = [stage_scores[i // 2] for i in range(10)]
    both = independence(make_arc(spread(_run(FALLING, scores), 5), stages=5))
    assert both[1].verdict == verdict


@pytest.mark.parametrize(
    ("hints", "verdict"),
    [((7, 6, 5, 4, 2, 3, 0, 1), "improving"), ((7, 6, 4, 5, 2, 3, 0, 1), "unclear")],
)
def test_hints_that_fall_out_of_order_once_in_two_hundred_could_be_chance(
    hints: tuple[int, ...], verdict: str, *, make_arc: Any, spread: Any
) -> None:
    # Of eight objectives two exchanges have p = .0017, three have .0055.
    arc = make_arc(spread(_run(hints, [0.8] * 8), 4))
    assert independence(arc)[0].verdict == verdict


def test_as_many_hints_before_the_first_try_late_as_early_are_no_objection(
    make_arc: Any, spread: Any
) -> None:
    asked = [True, *[False] * 8, True]
    fields = _run(FALLING, [0.8] * 10, hint_before_first_attempt=asked)
    assert independence(make_arc(spread(fields, 5), stages=5))[0].verdict == "improving"


def test_two_stages_with_scores_tell_whether_they_held(make_arc: Any, spread: Any) -> None:
    for last, verdict in ((0.75, "improving"), (0.6, "unclear")):
        scores = [0.8, *[None] * 8, last]
        arc = make_arc(spread(_run(FALLING, scores), 5), stages=5)
        assert independence(arc)[0].verdict == verdict


def test_a_change_of_one_hint_over_the_arc_is_enough(make_arc: Any, spread: Any) -> None:
    # By least squares 6 · 6 · 21 ÷ (27 · 28), which is 1.
    hints = [int(i < 6) for i in range(27)]
    first, _ = independence(make_arc(spread(_run(hints, [0.8] * 27), 3)))
    assert (first.verdict, first.value) == ("improving", -1)


def test_the_loss_is_over_the_places_of_the_stages_and_not_moved_by_one(
    make_arc: Any, spread: Any
) -> None:
    # .12 over five stages, of which the second has no score.
    gap = [0.9, 0.9, None, None, 0.84, 0.84, 0.81, 0.81, 0.78, 0.78]
    assert independence(make_arc(spread(_run(FALLING, gap), 5), stages=5))[0].verdict == "unclear"
    last_low = [0.8] * 8 + [0.5] * 2
    arc = make_arc(spread(_run(FALLING, last_low), 5), stages=5)
    assert independence(arc)[0].verdict == "improving"


def test_first_scores_tell_in_a_run_that_has_no_others(make_arc: Any, spread: Any) -> None:
    for last, verdict in ((0.8, "improving"), (0.4, "unclear")):
        fields = _run(FALLING, [None] * 10, first_score=[0.8] * 4 + [last] * 6)
        assert independence(make_arc(spread(fields, 5), stages=5))[0].verdict == verdict


@pytest.mark.parametrize(
    ("hints", "avoidance"),
    [(FALLING[::-1], "absent"), ([2] * 10, "absent"), ([3, 0, 2, 4, 1, 0, 3, 1, 0, 2], "unclear")],
)
def test_a_falling_score_is_no_avoidance_where_hints_rose_or_stayed(
    hints: Sequence[int], avoidance: str, *, make_arc: Any, spread: Any
) -> None:
    scores = [0.9 - 0.05 * (i // 2) for i in range(10)]
    arc = make_arc(spread(_run(hints, scores), 5), stages=5)
    assert independence(arc)[1].verdict == avoidance
    held = make_arc(spread(_run(hints, [0.8] * 10), 5), stages=5)
    assert independence(held)[1].verdict == "absent"


def test_hints_that_may_have_moved_by_one_are_not_steady(make_arc: Any, spread: Any) -> None:
    # A last hint: from -.07 to 1.24; a first one: the other way round.
    for hints in ([0] * 7 + [1], [1] + [0] * 7):
        first, _ = independence(make_arc(spread(_run(hints, [0.8] * 8), 4)))
        assert first.verdict == "unclear"


def test_of_an_odd_number_the_middle_objective_is_not_asked_about(
    make_arc: Any, spread: Any
) -> None:
    asked = [True, False, False, True, True, False, False]
    fields = _run((6, 5, 4, 3, 2, 1, 0), [0.8] * 7, hint_before_first_attempt=asked)
    assert independence(make_arc(spread(fields, 4)))[0].verdict == "improving"
