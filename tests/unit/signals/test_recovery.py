from typing import Any

import pytest

from consumer.signals.recovery import recovery


def _retried(first: float | None, score: float | None, attempts: int = 2) -> dict[str, Any]:
    return {"first_score": first, "score": score, "attempts": attempts}


def test_the_value_is_the_share_gained_of_what_was_open(make_arc: Any, spread: Any) -> None:
    signal = recovery(
        make_arc(spread([_retried(0.4, 0.8), _retried(0.5, 0.9), _retried(0.3, 0.7)], 3))
    )
    assert signal.value == pytest.approx(1.2 / 1.8, abs=1e-4)
    assert (signal.verdict, signal.n) == ("present", 3)


def test_little_gained_is_absent(make_arc: Any, spread: Any) -> None:
    signal = recovery(make_arc(spread([_retried(0.4, 0.45)] * 4, 4)))
    assert signal.verdict == "absent"


def test_gains_here_and_losses_there_are_unclear(make_arc: Any, spread: Any) -> None:
    fields = [_retried(0.2, 1.0), _retried(0.5, 0.3), _retried(0.5, 1.0), _retried(0.4, 0.2)]
    assert recovery(make_arc(spread(fields, 4))).verdict == "unclear"


def test_a_first_try_that_left_next_to_nothing_open_is_not_counted(make_arc: Any) -> None:
    fields = [_retried(0.4, 0.8)] * 3 + [_retried(1 - 2**-53, 0.5)]
    signal = recovery(make_arc([(1, one) for one in fields]))
    assert signal.n == 3
    assert signal.series[0].value == pytest.approx(2 / 3, abs=1e-4)


def test_only_retried_objectives_with_both_scores_and_something_open_count(make_arc: Any) -> None:
    fields = [
        _retried(0.4, 0.8),
        _retried(0.4, 0.8, attempts=1),
        _retried(None, 0.8),
        _retried(0.4, None),
        _retried(1.0, 1.0),
    ]
    signal = recovery(make_arc([(1, one) for one in fields]))
    assert (signal.verdict, signal.n, signal.minimum_n) == ("too_little_data", 1, 3)


@pytest.mark.parametrize(("score", "verdict"), [(0.70, "present"), (0.67, "absent")])
def test_less_than_half_of_what_was_open_is_no_recovery_however_regular(
    score: float, verdict: str, *, make_arc: Any, spread: Any
) -> None:
    signal = recovery(make_arc(spread([_retried(0.4, score)] * 4, 4)))
    assert signal.verdict == verdict


def test_half_gained_in_all_is_unclear_where_it_hangs_on_a_few(make_arc: Any, spread: Any) -> None:
    # Two won everything back and one lost: .53, from below 0 to above 1.
    fields = [_retried(0.5, 1.0), _retried(0.5, 1.0), _retried(0.5, 0.3)]
    signal = recovery(make_arc(spread(fields, 3)))
    assert (signal.verdict, signal.value, signal.high) == ("unclear", 0.5333, 1)


def test_little_gained_is_unclear_where_half_is_not_out_of_the_question(
    make_arc: Any, spread: Any
) -> None:
    fields = [_retried(0.5, 0.9), _retried(0.5, 0.5), _retried(0.5, 0.6)]
    assert recovery(make_arc(spread(fields, 3))).verdict == "unclear"


@pytest.mark.parametrize(("first", "n"), [(0.994, 4), (0.996, 3)])
def test_a_hundredth_left_open_is_recovered_and_less_is_not_counted(
    first: float, n: int, *, make_arc: Any
) -> None:
    fields = [_retried(0.4, 0.8)] * 3 + [_retried(first, 1.0)]
    assert recovery(make_arc([(1, one) for one in fields])).n == n
