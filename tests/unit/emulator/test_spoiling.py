import json

import pytest

from consumer.emulator.faults import Fault
from consumer.emulator.spoiling import INVENTED_NUMBER, INVENTED_QUOTE, SPOILING, spoil

GOOD = json.dumps(
    {
        "dimensions": [
            {
                "dimension_id": "d1",
                "raw_xp": 30.0,
                "rationale": "It went well.",
                "evidence": [{"source": "objective", "source_id": "o1", "quote": None}],
            }
        ]
    }
)


@pytest.mark.parametrize("fault", sorted(SPOILING))
def test_nothing_stays_as_it_was(fault: Fault) -> None:
    assert spoil(fault, GOOD) != GOOD


@pytest.mark.parametrize("fault", [Fault.INVALID_JSON, Fault.TWO_ANSWERS, Fault.EMPTY_TEXT])
def test_what_is_no_json_is_none(fault: Fault) -> None:
    with pytest.raises(ValueError, match="line"):
        json.loads(spoil(fault, GOOD))


@pytest.mark.parametrize(
    ("fault", "mark"),
    [
        (Fault.INVENTED_QUOTES, INVENTED_QUOTE),
        (Fault.INVENTED_NUMBERS, str(INVENTED_NUMBER)),
        (Fault.XP_OUT_OF_RANGE, "1e+300"),
        (Fault.XP_NEGATIVE, "-1000000"),
        (Fault.NOT_A_NUMBER, "NaN"),
        (Fault.EXTRA_FIELDS, "confidence_in_percent"),
        (Fault.WRONG_SHAPE, '"review"'),
    ],
)
def test_the_fault_can_be_seen_in_the_answer(fault: Fault, mark: str) -> None:
    assert mark in spoil(fault, GOOD)


def test_a_giant_is_larger_than_any_answer_that_is_looked_at() -> None:
    assert len(spoil(Fault.GIANT_BODY, GOOD)) > 1_000_000
