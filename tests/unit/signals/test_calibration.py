from collections.abc import Callable, Sequence
from typing import Any

import pytest

from consumer.signals.calibration import calibration
from schemas.review import Signal

Series = Callable[[Signal], list[float | None]]


def _arc(make_arc: Any, gaps: Sequence[float], **fields: Any) -> Any:
    n = len(gaps)
    return make_arc(
        [(i, {"score": 0.5}) for i in range(1, n + 1)],
        stages=n,
        artefacts=[(i, {"self_rating": 0.5 + gap} | fields) for i, gap in enumerate(gaps, start=1)],
    )


def test_six_ratings_above_the_scores_are_over_rating(make_arc: Any) -> None:
    signal = calibration(_arc(make_arc, [0.1, 0.2, 0.15, 0.2, 0.1, 0.3]))
    assert (signal.verdict, signal.name, signal.n) == ("present", "over_rating", 6)
    assert signal.value == pytest.approx(0.175)


def test_six_ratings_below_are_under_rating(make_arc: Any) -> None:
    signal = calibration(_arc(make_arc, [-0.1, -0.2, -0.15, -0.2, -0.1, -0.3]))
    assert (signal.verdict, signal.name) == ("present", "under_rating")


def test_five_pairs_are_too_few(make_arc: Any, series_of: Series) -> None:
    signal = calibration(_arc(make_arc, [0.3] * 5))
    assert (signal.verdict, signal.n, signal.minimum_n) == ("too_little_data", 5, 6)
    assert series_of(signal) == [pytest.approx(0.3)] * 5


def test_a_small_gap_is_absent_however_sure(make_arc: Any) -> None:
    assert calibration(_arc(make_arc, [0.05, 0.06, 0.05, 0.07, 0.05, 0.06])).verdict == "absent"


def test_a_mean_of_a_tenth_is_enough(make_arc: Any) -> None:
    assert calibration(_arc(make_arc, [0.1] * 6)).verdict == "present"


def test_a_gap_that_could_be_chance_is_unclear(make_arc: Any) -> None:
    assert calibration(_arc(make_arc, [0.4, -0.2, 0.4, -0.1, 0.4, 0.3])).verdict == "unclear"


def test_the_latest_revision_and_the_mean_of_the_stage_count(
    make_arc: Any, series_of: Series
) -> None:
    arc = make_arc(
        [(1, {"score": 0.4}), (1, {"score": 0.6}), (2, {})],
        stages=2,
        artefacts=[
            (1, {"artefact_id": "a", "revision": 1, "self_rating": 1.0}),
            (1, {"artefact_id": "a", "revision": 2, "self_rating": 0.7, "text": "Newer."}),
            (2, {"self_rating": 0.9}),
        ],
    )
    signal = calibration(arc)
    assert signal.n == 1
    assert series_of(signal) == [pytest.approx(0.2), None]


def test_the_same_artefact_handed_in_six_times_counts_once(make_arc: Any) -> None:
    assert calibration(_arc(make_arc, [0.3] * 6, text="The same text each time.")).n == 1


def test_a_burst_of_quick_resubmissions_counts_once(make_arc: Any) -> None:
    text = (
        "I read the whole log first. Then I compared the two files row by row, as Dana had asked."
    )
    artefacts = [(1, {"self_rating": 0.8, "text": f"{text} Tried {i}."}) for i in range(1, 8)]
    arc = make_arc([(1, {"score": 0.5})], stages=1, artefacts=artefacts)
    assert calibration(arc).n == 1


def test_a_gap_just_below_a_tenth_claims_nothing_however_sure(make_arc: Any) -> None:
    assert calibration(_arc(make_arc, [0.099] * 6)).verdict == "absent"


def test_one_rating_on_the_other_side_of_six_could_be_chance(make_arc: Any) -> None:
    # Four of the 64 flips reach the sum: .0625.
    assert calibration(_arc(make_arc, [0.2] * 5 + [-0.01])).verdict == "unclear"


@pytest.mark.parametrize("side", [1, -1])
def test_a_small_mean_is_unclear_where_a_tenth_is_not_out_of_the_question(
    side: int, *, make_arc: Any
) -> None:
    gaps = [side * gap for gap in (0.2, -0.05, 0.15, -0.05, 0.1, -0.05)]
    assert calibration(_arc(make_arc, gaps)).verdict == "unclear"


def test_the_interval_ends_where_ratings_do(make_arc: Any) -> None:
    arc = make_arc(
        [(i, {"score": float(i == 6)}) for i in range(1, 7)],
        stages=6,
        artefacts=[(i, {"self_rating": float(i < 6)}) for i in range(1, 7)],
    )
    signal = calibration(arc)
    assert signal.value == pytest.approx(4 / 6, abs=1e-4)
    assert signal.high == 1
