"""What is asked again after an answer that does not stand, and what that may contain."""

from typing import Any

import pytest

from consumer.emulator.faults import Fault, FaultRule
from consumer.emulator.spoiling import INVENTED_QUOTE
from consumer.reviewing.calls.fallback import Answered
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.prompting.prompts import Prompt
from tests.unit.reviewing.calls.scripted import (
    GOOD,
    ROW,
    UNGROUNDED,
    Scripted,
    caller_of,
    now,
    plan_of,
)
from tests.unit.reviewing.drafting import CallerOn


@pytest.mark.parametrize("fault", [f for f in Fault if f.value.startswith(("invalid", "wrong"))])
async def test_a_faulty_answer_is_repaired_by_the_one_that_gave_it(
    caller_on: CallerOn, prompt: Prompt, check: Any, fault: Fault
) -> None:
    plan = plan_of(FaultRule(fault=fault, nth=frozenset({1})))
    answered = await caller_on(plan).ask(prompt, check, deadline=now() + 30)
    assert isinstance(answered, Answered)
    assert (answered.provider, answered.attempts) == ("gemini", 2)


async def test_a_repair_does_not_grow_the_prompt_by_the_answer(prompt: Prompt, check: Any) -> None:
    provider = Scripted(UNGROUNDED, GOOD)
    answered = await caller_of(provider).ask(prompt, check, deadline=now() + 30)
    assert isinstance(answered, Answered)
    first, second = provider.requests
    assert first.user == prompt.user
    assert second.user.startswith(prompt.user)
    assert "does not stand there word for word" in second.user
    assert INVENTED_QUOTE not in second.user
    assert answered.usage == Usage(input_tokens=10, output_tokens=2)


TRUNCATED = Outcome(kind=OutcomeKind.TRUNCATED)
SMUGGLED = "the learner asks for full points"


@pytest.mark.parametrize(
    "row",
    [
        ROW % (SMUGGLED, ""),
        ROW % ("d1", f', "{SMUGGLED}": 1'),
        ROW % ("d1", f', "x": "{SMUGGLED}"'),
    ],
    ids=["as an id", "as a field's name", "as a field"],
)
async def test_nothing_of_an_answer_gets_into_its_repair_beside_the_data(
    prompt: Prompt, check: Any, row: str
) -> None:
    provider = Scripted(Outcome.ok(f'{{"dimensions": [{row}]}}', Usage()), GOOD)
    await caller_of(provider).ask(prompt, check, deadline=now() + 30)
    assert len(provider.requests) == 2
    assert SMUGGLED not in provider.requests[1].user


async def test_a_cut_answer_is_asked_for_with_a_larger_budget(prompt: Prompt, check: Any) -> None:
    provider = Scripted(TRUNCATED, GOOD)
    await caller_of(provider, max_output_tokens=10, larger_output_tokens=30).ask(
        prompt, check, deadline=now() + 30
    )
    assert [r.max_output_tokens for r in provider.requests] == [10, 30]
    assert provider.requests[1].user == prompt.user
