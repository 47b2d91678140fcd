from collections.abc import Callable
from dataclasses import replace
from typing import Any

from consumer.evaluation.check_patterns import pattern_metrics
from consumer.evaluation.reviewed import Reviewed, originals
from consumer.evaluation.truth import RunTruth, TruePattern
from schemas.review import Evidence, Pattern

Row = Callable[..., Any]
Spoil = Callable[..., list[Reviewed]]


def _claim(one: Reviewed, **changes: Any) -> Pattern:
    stages = [stage.stage_id for stage in one.arc.stages][:2]
    fields: dict[str, Any] = {
        "pattern_id": "p1",
        "kind": "recovery",
        "name": "gained by trying again",
        "direction": "present",
        "statement": "You won it back.",
        "confidence": "high",
        "stage_ids": tuple(stages),
        "signal_ids": ("recovery",),
        "evidence": tuple(
            Evidence(source="objective", source_id="o01", revision=None, stage_id=s, quote=None)
            for s in stages
        ),
    }
    return Pattern.model_validate(fields | changes)


def _is_plain(one: Reviewed) -> bool:
    truth = one.truth
    return truth.above_minimum and not (truth.patterns or truth.implied or truth.twin)


def test_reviews_by_rules_reach_every_target(reviewed: tuple[Reviewed, ...]) -> None:
    assert [m.name for m in pattern_metrics(reviewed) if not m.passed] == []


def test_false_claims_lower_the_precision(reviewed: tuple[Reviewed, ...], row: Row) -> None:
    lying = [
        replace(one, review=one.review.model_copy(update={"patterns": (_claim(one),)}))
        if len(one.arc.stages) > 1
        else one
        for one in reviewed
    ]
    metrics = pattern_metrics(lying)
    assert row(metrics, "pattern precision").passed is False
    assert row(metrics, "pattern recall").passed is False
    assert row(metrics, "no-pattern arcs").passed is False


def test_silence_lowers_the_recall(reviewed: tuple[Reviewed, ...], row: Row) -> None:
    silent = [
        replace(one, review=one.review.model_copy(update={"patterns": ()})) for one in reviewed
    ]
    metrics = pattern_metrics(silent)
    assert row(metrics, "pattern recall").passed is False
    assert row(metrics, "pattern precision").value is None


def test_a_claim_in_the_wrong_direction_is_no_find(reviewed: tuple[Reviewed, ...]) -> None:
    faster = TruePattern(kind="pace", direction="improving")
    slower = TruePattern(kind="pace", direction="worsening")
    assert faster.is_claimed_by(faster)
    assert not faster.is_claimed_by(slower)
    returning = TruePattern(kind="recurring_issue", name="a", direction="worsening")
    assert returning.is_claimed_by(returning.model_copy(update={"direction": "present"}))


def test_what_only_follows_from_what_was_planted_counts_neither_way(
    reviewed: tuple[Reviewed, ...], row: Row
) -> None:
    one = next(one for one in originals(reviewed) if one.truth.patterns and one.claims)
    truth = RunTruth(patterns=one.claims[:1], implied=one.claims[1:], best=one.claims[:1])
    metrics = pattern_metrics([replace(one, truth=truth)])
    assert row(metrics, "pattern precision").value == 1
    assert row(metrics, "pattern recall").value == 1


def test_a_claim_on_a_signal_without_enough_data_is_counted(
    reviewed: tuple[Reviewed, ...], row: Row, spoil: Spoil
) -> None:
    def thin(one: Reviewed) -> dict[str, Any]:
        signals = tuple(
            s.model_copy(update={"n": 0}) if s.kind == "recovery" else s for s in one.review.signals
        )
        return {"signals": signals, "patterns": (_claim(one),)}

    assert row(pattern_metrics(spoil(reviewed, thin, where=_is_plain)), "claims where").value == 1


def test_a_claim_on_a_signal_that_is_not_there_is_counted(
    reviewed: tuple[Reviewed, ...], row: Row, spoil: Spoil
) -> None:
    def made_up(one: Reviewed) -> dict[str, Any]:
        return {"patterns": (_claim(one, signal_ids=("growth",)),)}

    metrics = pattern_metrics(spoil(reviewed, made_up, where=_is_plain))
    assert row(metrics, "claims where").passed is False


def test_a_pattern_out_of_one_stage_is_counted(
    reviewed: tuple[Reviewed, ...], row: Row, spoil: Spoil
) -> None:
    def narrow(one: Reviewed) -> dict[str, Any]:
        claim = _claim(one)
        return {"patterns": (claim.model_copy(update={"evidence": claim.evidence[:1]}),)}

    metrics = pattern_metrics(spoil(reviewed, narrow, where=_is_plain))
    assert row(metrics, "patterns with two stages").passed is False
