from typing import Any

from consumer.emulator.faults import Fault, FaultPlan, FaultRule


def _always(fault: Fault) -> FaultPlan:
    return FaultPlan((FaultRule(fault=fault),))


async def test_responses_tells_its_faults_by_status_and_refusal(post: Any) -> None:
    async def body(fault: Fault) -> Any:
        return (await post("responses", "arc", _always(fault))).json()

    assert (await body(Fault.MAX_TOKENS))["incomplete_details"] == {"reason": "max_output_tokens"}
    assert (await body(Fault.SAFETY))["incomplete_details"] == {"reason": "content_filter"}
    assert (await body(Fault.FAILED))["error"]["code"] == "server_error"
    assert (await body(Fault.REFUSAL))["output"][0]["content"][0]["type"] == "refusal"
    assert (await body(Fault.TOOL_CALL))["output"][0]["type"] == "function_call"


async def test_chat_completions_tells_its_faults_by_finish_reason_and_refusal(post: Any) -> None:
    async def body(fault: Fault) -> Any:
        return (await post("chat_completions", "arc", _always(fault))).json()

    assert (await body(Fault.MAX_TOKENS))["choices"][0]["finish_reason"] == "length"
    assert (await body(Fault.SAFETY))["choices"][0]["finish_reason"] == "content_filter"
    assert (await body(Fault.FAILED))["error"]["code"] == "server_error"
    assert (await body(Fault.REFUSAL))["choices"][0]["message"]["refusal"]
    assert (await body(Fault.TOOL_CALL))["choices"][0]["message"]["tool_calls"]
