from dataclasses import replace
from random import Random
from statistics import fmean

from consumer.evaluation.factors import SCORE_NOISE, Factors, draw
from consumer.evaluation.rollups import Rollup, log_ratio, planted_score, rollups_of


def _plan(**changes: object) -> Factors:
    base = draw(1, 7)
    plain: dict[str, object] = {
        "objectives": (4,) * 10,
        "slope": 0.0,
        "help": "flat",
        "issue": None,
        "touched": None,
        "untimed_rate": 0.0,
        "names_chances": False,
        "scored": True,
    }
    return replace(base, **{**plain, **changes})  # type: ignore[arg-type]


def _rollups(factors: Factors, seed: int = 1) -> tuple[Rollup, ...]:
    return rollups_of(factors, Random(seed), [20.0] * factors.stages)


def _half_means(values: list[float]) -> tuple[float, float]:
    half = len(values) // 2
    return fmean(values[:half]), fmean(values[half:])


def test_a_slope_makes_the_times_fall_from_stage_to_stage() -> None:
    logs = [log_ratio(r, 300.0) or 0.0 for r in _rollups(_plan(slope=-0.15))]
    early, late = _half_means(logs)
    assert late - early < -0.5


def test_hints_fall_where_somebody_grows_independent_and_scores_fall_where_help_is_avoided() -> (
    None
):
    for help_, falls in (("independent", False), ("avoiding", True)):
        rollups = _rollups(_plan(help=help_, quality=(0.9,)))
        early, late = _half_means([float(r.hints) for r in rollups])
        assert late < early - 1
        early, late = _half_means([r.first_score or 0.0 for r in rollups])
        assert (late < early - 0.1) is falls


def test_a_fixed_kind_is_never_seen_again_after_it_was_named() -> None:
    plan = _plan(issue="fixed", touched="late_update", rates={"late_update": 0.05})
    rollups = _rollups(replace(plan, touched_rate=0.9))
    named = next(at for at, rollup in enumerate(rollups) if rollup.named)
    hits = [at for at, rollup in enumerate(rollups) if rollup.kinds]
    assert len(hits) >= 3
    assert max(hits) == named


def test_a_returning_kind_is_gone_in_the_middle_and_back_at_the_end() -> None:
    plan = _plan(issue="returning", touched="late_update", rates={"late_update": 0.05})
    hits = [r.place for r in _rollups(replace(plan, touched_rate=0.9)) if r.kinds]
    assert min(hits) < 0.2
    assert max(hits) > 0.9
    assert not [place for place in hits if 0.35 <= place < 0.7]


def test_a_kind_shows_only_where_it_had_its_chance() -> None:
    for rollup in _rollups(_plan(names_chances=True)):
        assert rollup.chances is not None
        assert set(rollup.kinds) <= set(rollup.chances)


def test_good_retries_win_back_more_than_half_and_middling_ones_less() -> None:
    def won_back(gains: str) -> float:
        rollups = _rollups(_plan(gains=gains, quality=(0.5,)))
        retried = [r for r in rollups if r.attempts > 1 and r.score and r.first_score]
        return fmean(((r.score or 0) - (r.first_score or 0)) for r in retried) / fmean(
            1 - (r.first_score or 0) for r in retried
        )

    usual, middling, good = (won_back(gains) for gains in ("usual", "middling", "good"))
    assert usual < middling < 0.5 < good


def test_what_was_planted_is_the_score_without_its_noise() -> None:
    for gains in ("usual", "good"):
        plan = _plan(gains=gains, quality=(0.5, 0.8))
        misses = [(r.score or 0) - planted_score(plan, r) for r in _rollups(plan)]
        assert abs(fmean(misses)) < SCORE_NOISE / 2
        assert max(map(abs, misses)) < 4 * SCORE_NOISE
