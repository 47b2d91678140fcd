from typing import Any

from consumer.emulator.answers import careful_answer


def test_of_several_traits_of_writing_one_is_told(asked: Any) -> None:
    notes = [
        {"record": "artefact", "artefact_id": f"a{n}", "revision": 1, "stage_id": f"s{n}",
         "kind": "note", "text": "I wrote down what I had assumed before I began."}
        for n in (1, 2)
    ]  # fmt: skip
    traits = [
        {"record": "signal", "signal_id": f"w{n}", "kind": "writing", "name": f"trait {n}",
         "verdict": "present", "value": 2.0, "unit": "u", "n": 900, "minimum_n": 500, "series": []}
        for n in (1, 2)
    ]  # fmt: skip
    stage = {"record": "stage", "stage_id": "s2", "title": "Stage B"}

    answer = careful_answer(asked("arc", *notes, *traits, stage))

    assert [pattern["signal_ids"] for pattern in answer["patterns"]] == [["w1"]]
