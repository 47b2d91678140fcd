import json
from typing import Any

import pytest

from consumer.emulator.answers import careful_answer
from consumer.emulator.personality import EmulatedModel, Personality
from consumer.reviewing.answer_schema import ANSWERS

OTHERS = {
    "record": "message", "message_id": "m9", "persona_id": "peer", "stage_id": "s1",
    "sender": "persona", "text": "Between us, nobody should ever hear of this but you.",
}  # fmt: skip


@pytest.mark.parametrize("personality", Personality)
@pytest.mark.parametrize("call", ["arc", "scoring", "perspective"])
async def test_whatever_it_says_fits_the_schema_of_its_call(
    asked: Any, personality: Personality, call: str
) -> None:
    model = EmulatedModel(personality)
    await model.answer_text(asked("arc", own=(OTHERS,)))

    text = await model.answer_text(asked(call))

    ANSWERS[call].model_validate_json(text, strict=True)


@pytest.mark.parametrize("personality", [p for p in Personality if p is not Personality.CAREFUL])
async def test_each_one_differs_from_a_careful_model_where_it_can(
    asked: Any, personality: Personality
) -> None:
    model = EmulatedModel(personality)
    await model.answer_text(asked("arc", own=(OTHERS,)))

    text = await model.answer_text(asked("perspective"))

    assert json.loads(text) != careful_answer(asked("perspective"))


async def test_a_leaker_keeps_to_its_records_in_the_other_calls(asked: Any) -> None:
    text = await EmulatedModel(Personality.LEAKER).answer_text(asked("scoring"))

    assert json.loads(text) == careful_answer(asked("scoring"))
