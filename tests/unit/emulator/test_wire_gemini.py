from typing import Any

from consumer.emulator.faults import Fault, FaultPlan, FaultRule


def _always(fault: Fault) -> FaultPlan:
    return FaultPlan((FaultRule(fault=fault),))


async def test_generate_content_tells_its_faults_by_finish_and_block_reason(post: Any) -> None:
    async def first(fault: Fault) -> Any:
        return (await post("generate_content", "arc", _always(fault))).json()

    assert (await first(Fault.SAFETY))["candidates"][0]["finishReason"] == "SAFETY"
    assert (await first(Fault.MAX_TOKENS))["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert (await first(Fault.PROMPT_BLOCKED))["promptFeedback"]["blockReason"]
    assert (await first(Fault.NO_OUTPUT))["candidates"] == []
    assert "finishReason" not in (await first(Fault.UNFINISHED))["candidates"][0]


async def test_interactions_tells_its_faults_by_status_and_error(post: Any) -> None:
    async def body(fault: Fault) -> Any:
        return (await post("interactions", "arc", _always(fault))).json()

    assert (await body(Fault.MAX_TOKENS))["status"] == "incomplete"
    assert (await body(Fault.CONTINUATION))["continuation_token"]
    assert (await body(Fault.SAFETY))["errors"][0]["code"].endswith("SAFETY")
    assert [s["type"] for s in (await body(Fault.NO_OUTPUT))["steps"]] == ["thought"]
