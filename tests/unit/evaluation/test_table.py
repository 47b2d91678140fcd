import json
from dataclasses import replace

import pytest

from consumer.evaluation.reviewed import Reviewed, at_least, at_most, informs
from consumer.evaluation.table import all_passed, as_json, as_text, metrics_of
from schemas.review import Call

ROWS = (at_least("kept", 0.97, 0.95, "97 of 100"), at_most("lost", 3.0, 0, "100"))


def test_a_missed_target_fails_the_table_and_what_was_not_measured_does_not() -> None:
    assert all_passed((ROWS[0], at_least("unseen", None, 1, "none"), informs("cost", 2.0, "")))
    assert not all_passed(ROWS)


def test_the_text_names_value_target_and_verdict() -> None:
    text = as_text(ROWS, title="By rules")
    assert text.startswith("By rules")
    rows = [line for line in text.splitlines() if "kept" in line or "lost" in line]
    assert ["0.970" in rows[0], "≥ 0.95" in rows[0], "pass" in rows[0]] == [True] * 3
    assert ["FAIL" in rows[1], "≤ 0" in rows[1]] == [True] * 2


def test_the_json_holds_every_row() -> None:
    told = json.loads(as_json(ROWS, title="By rules"))
    assert told["passed"] is False
    assert told["metrics"][0] == {
        "name": "kept",
        "value": 0.97,
        "target": "≥ 0.95",
        "passed": True,
        "basis": "97 of 100",
    }


def test_tokens_prices_and_latency_are_told(reviewed: tuple[Reviewed, ...]) -> None:
    pytest.importorskip("sklearn", reason="the extra `eval` is not installed")
    call = Call(
        call="arc",
        provider="gemini",
        model="m",
        fallback=False,
        attempts=1,
        reused=False,
        latency_ms=9,
        input_tokens=3_000,
        output_tokens=1_000,
    )
    one = reviewed[0]
    made = one.review.provenance.model_copy(update={"calls": (call,)})
    paid = replace(one, review=one.review.model_copy(update={"provenance": made}))
    told = {m.name: m.value for m in metrics_of([paid], failed=1, prices={"m": (2.0, 10.0)})}
    assert told["calls a review"] == 1
    assert told["tokens a review"] == 4_000
    assert told["cost a review"] == pytest.approx(0.016)
    assert told["latency a review, median, seconds"] == 0.25
    assert told["runs without a review"] == 1
    unpriced = {m.name: m.value for m in metrics_of([paid], failed=0, prices={"n": (1.0, 1.0)})}
    assert unpriced["cost a review"] is None
