from typing import Any

import pytest

from consumer.signals.series import Measure, mean_by_stage, rounded, signal_id_of

MEASURE = Measure(signal_id="x", kind="pace", name="x", unit="x", minimum_n=1)


def test_every_stage_stands_in_order_with_none_where_nothing_was_measured(make_arc: Any) -> None:
    signal = MEASURE.too_little(make_arc(stages=3), n=0, by_stage={"s3": 1.0, "s1": 0.5})
    assert [(p.stage_id, p.value) for p in signal.series] == [("s1", 0.5), ("s2", None), ("s3", 1)]


def test_the_interval_always_holds_the_value(make_arc: Any) -> None:
    signal = MEASURE.signal(
        make_arc(), verdict="unclear", value=2.0, interval=(2.5, 3.0), n=1, by_stage={}
    )
    assert (signal.low, signal.value, signal.high) == (2, 2, 3)


def test_without_a_value_there_is_no_interval(make_arc: Any) -> None:
    signal = MEASURE.signal(
        make_arc(), verdict="unclear", value=None, interval=(2.5, 3.0), n=1, by_stage={}
    )
    assert (signal.low, signal.high) == (None, None)


def test_rounding_leaves_no_minus_zero() -> None:
    assert str(rounded(-0.00001)) == "0.0"


def test_means_are_taken_stage_by_stage() -> None:
    assert mean_by_stage([("a", 1.0), ("b", 3.0), ("a", 2.0)]) == {"a": 1.5, "b": 3}


@pytest.mark.parametrize(("length", "named"), [(126, True), (127, False)])
def test_an_id_is_by_name_as_long_as_it_fits(length: int, named: bool) -> None:
    signal_id = signal_id_of("x", "k" * length, 7)
    assert signal_id == (f"x:{'k' * length}" if named else "x#7")
