"""Wire: replies in the true shapes of all four interfaces, good and bad."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from consumer.emulator.faults import Fault
from consumer.emulator.reading import Asked, Interface
from consumer.emulator.replies import PLAIN_REPLIES, Reply
from consumer.emulator.statuses import status_reply
from consumer.emulator.wire_gemini import (
    generated,
    generated_fault,
    interacted,
    interacted_fault,
)
from consumer.emulator.wire_openai import chatted, chatted_fault, responded, responded_fault


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one interface shows a good answer, and a fault by its own words."""

    good: Callable[[Asked, str], Reply]
    fault: Callable[[Fault, Asked, str], Reply]


_SHAPES: Final[Mapping[Interface, _Shape]] = {
    "generate_content": _Shape(generated, generated_fault),
    "interactions": _Shape(interacted, interacted_fault),
    "responses": _Shape(responded, responded_fault),
    "chat_completions": _Shape(chatted, chatted_fault),
}


def good_reply(asked: Asked, text: str) -> Reply:
    """Wrap a finished answer."""
    return _SHAPES[asked.interface].good(asked, text)


def fault_reply(fault: Fault, asked: Asked, text: str) -> Reply:
    """Show a fault that is told by status, envelope or body; `text` is the good answer."""
    found = status_reply(fault, asked.provider) or PLAIN_REPLIES.get(fault)
    if found is not None:
        return found
    if fault is Fault.CUT_JSON:
        whole = good_reply(asked, text)
        return Reply(body=whole.body[: len(whole.body) // 2])
    return _SHAPES[asked.interface].fault(fault, asked, text)
