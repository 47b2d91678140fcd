"""Spoiling: a finished answer made wrong in one of the ways in which models go wrong."""

import json
from collections.abc import Iterator
from typing import Any, Final

from consumer.emulator.faults import Fault

SPOILING: Final = frozenset(
    {
        Fault.INVALID_JSON,
        Fault.EMPTY_TEXT,
        Fault.WRONG_SHAPE,
        Fault.WRONG_TYPES,
        Fault.INVENTED_QUOTES,
        Fault.INVENTED_NUMBERS,
        Fault.XP_OUT_OF_RANGE,
        Fault.GIANT_BODY,
    }
)
INVENTED_QUOTE: Final = "words that nobody in this run has ever written down"
INVENTED_NUMBER: Final = 987654
_GIANT_CHARACTERS = 3_000_000
_PROSE = ("headline", "summary", "statement", "rationale", "text", "why")


def spoil(fault: Fault, text: str) -> str:
    """Return the answer `text` with one fault in it."""
    if fault is Fault.INVALID_JSON:
        return f"Here is the review:\n```json\n{text[:-2]}\n```"
    if fault is Fault.EMPTY_TEXT:
        return ""
    if fault is Fault.WRONG_SHAPE:
        return json.dumps({"review": json.loads(text)})
    answer = json.loads(text)
    for node in _objects(answer):
        _spoil_object(fault, node)
    return json.dumps(answer, ensure_ascii=False)


def _spoil_object(fault: Fault, node: dict[str, Any]) -> None:
    prose = next((key for key in _PROSE if key in node), None)
    if fault is Fault.WRONG_TYPES and prose:
        node[prose] = [node[prose]]
    elif fault is Fault.INVENTED_QUOTES and "quote" in node:
        node["quote"] = INVENTED_QUOTE
    elif fault is Fault.INVENTED_NUMBERS and prose:
        node[prose] = f"{node[prose]} That makes {INVENTED_NUMBER} in all."
    elif fault is Fault.XP_OUT_OF_RANGE and "raw_xp" in node:
        node["raw_xp"] = 1e300
    elif fault is Fault.GIANT_BODY and prose:
        node[prose] = node[prose] + " and so on" * (_GIANT_CHARACTERS // 10)


def _objects(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from _objects(child)
