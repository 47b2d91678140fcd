"""Which signals bear a pattern, and in which order."""

from typing import Any

import pytest

from consumer.signals.claims import claims, confidence_of
from consumer.signals.compute import compute
from consumer.signals.stuck import stuck
from schemas.review import Signal

HIT, MISS = {"score": 0.9}, {"score": 0.4}


def _signal(kind: str, verdict: str, **changes: Any) -> Signal:
    fields: dict[str, Any] = {
        "signal_id": kind,
        "kind": kind,
        "name": kind,
        "verdict": verdict,
        "value": 0.6,
        "unit": "ratio",
        "low": 0.55,
        "high": 0.7,
        "n": 18,
        "minimum_n": 6,
        "series": (),
    }
    return Signal.model_validate(fields | changes)


def _kinds(arc: Any, *signals: Signal) -> list[str]:
    return [signal.kind for signal in claims(arc, signals)]


def test_only_a_verdict_that_its_kind_may_claim_bears_a_pattern(make_arc: Any) -> None:
    arc = make_arc()
    assert _kinds(arc, _signal("pace", "improving"), _signal("calibration", "present")) == [
        "pace",
        "calibration",
    ]
    silent = ("steady", "absent", "unclear", "too_little_data")
    assert _kinds(arc, *(_signal("pace", verdict) for verdict in silent)) == []
    assert _kinds(arc, _signal("pace", "present"), _signal("help_seeking", "improving")) == []
    assert _kinds(arc, _signal("fixed_issue", "absent")) == []
    assert _kinds(arc, _signal("recurring_issue", "worsening")) == ["recurring_issue"]
    assert _kinds(arc, _signal("writing", "present")) == ["writing"]


def test_below_its_minimum_n_nothing_is_claimed(make_arc: Any) -> None:
    assert _kinds(make_arc(), _signal("pace", "improving", n=5)) == []


def test_the_best_supported_come_first_and_then_the_most_useful(make_arc: Any) -> None:
    ranked = _kinds(
        make_arc(),
        _signal("pace", "improving", low=-0.1),
        _signal("calibration", "present"),
        _signal("independence", "improving"),
        _signal("first_pass", "improving", n=11),
    )
    assert ranked == ["independence", "calibration", "first_pass", "pace"]


def test_of_one_kind_the_order_of_the_signals_stays(make_arc: Any) -> None:
    both = [_signal("recurring_issue", "present", signal_id=i, name=i) for i in ("z", "a")]
    assert [signal.name for signal in claims(make_arc(), both)] == ["z", "a"]


def test_fixed_wins_over_recurring(make_arc: Any) -> None:
    recurring = _signal("recurring_issue", "present", signal_id="r", name="a")
    fixed = _signal("fixed_issue", "improving", signal_id="f", name="a")
    assert _kinds(make_arc(), recurring, fixed) == ["fixed_issue"]


def test_being_stuck_is_claimed_where_first_tries_mostly_miss(make_arc: Any, spread: Any) -> None:
    # None has three in a row; the first learner succeeds at two of three. Nine misses of twelve
    # have p = .073, ten .019.
    for marks, claimed in (
        ("xx.xx.xx.xx.", []),
        ("x...x...x...", []),
        ("x.....x.....", ["stuck"]),
    ):
        arc = make_arc(spread([HIT if mark == "x" else MISS for mark in marks], 4))
        signals = stuck(arc)
        assert [signal.verdict for signal in signals] == ["present"]
        assert _kinds(arc, *signals) == claimed


def test_a_dimension_is_stuck_only_where_the_run_is_not(make_arc: Any, spread: Any) -> None:
    weak = [MISS | {"dimension_ids": ("d1",)}] * 12
    fine = [HIT | {"dimension_ids": ("d2",)}] * 12
    for fields, claimed in (([*fine, *weak], ["stuck:d1"]), ([*weak, *weak[:3]], ["stuck"])):
        fields[0] = fields[0] | {"dimension_ids": ("d2",)}
        arc = make_arc(spread(fields, 4))
        found = claims(arc, compute(arc, base_rates=None))
        assert [s.signal_id for s in found if s.kind == "stuck"] == claimed


def test_recovery_is_claimed_where_its_whole_interval_lies_at_half_or_above(make_arc: Any) -> None:
    assert _kinds(make_arc(), _signal("recovery", "present", low=0.5)) == ["recovery"]
    assert _kinds(make_arc(), _signal("recovery", "present", low=0.49)) == []


@pytest.mark.parametrize(
    ("changes", "confidence"),
    [({"low": -0.3, "n": 18}, "low"), ({"n": 12}, "high"), ({"n": 11}, "medium")],
)
def test_confidence_is_how_much_data_and_how_clear_an_interval(
    changes: dict[str, Any], confidence: str
) -> None:
    assert confidence_of(_signal("pace", "improving", **changes)) == confidence


@pytest.mark.parametrize("kind", ["help_seeking", "writing"])
def test_saying_more_makes_nothing_surer(kind: str) -> None:
    assert confidence_of(_signal(kind, "present", n=60)) == "medium"


@pytest.mark.parametrize(("weak", "claimed"), [("....x..x...", []), (".....x......", ["stuck:d1"])])
def test_with_more_stretches_looked_at_more_must_miss(
    weak: str, *, claimed: list[str], make_arc: Any, spread: Any
) -> None:
    # Nine misses of 11 have p = .033, above .05 ÷ 3; 11 of 12 have .003.
    fields = [
        (HIT if mark == "x" else MISS) | {"dimension_ids": (dimension,)}
        for dimension, marks in (("d2", "xx.xx.xx.x"), ("d1", weak))
        for mark in marks
    ]
    arc = make_arc(spread(fields, 4))
    signals = stuck(arc)
    assert [signal.verdict for signal in signals] == ["present"] * 3
    assert [signal.signal_id for signal in claims(arc, signals)] == claimed
