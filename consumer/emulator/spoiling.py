"""Spoiling: a finished answer made wrong in one of the ways in which models go wrong."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from consumer.emulator.faults import Fault

SPOILING: Final = frozenset(
    {
        Fault.INVALID_JSON,
        Fault.TWO_ANSWERS,
        Fault.DEEP_NESTING,
        Fault.NOT_A_NUMBER,
        Fault.EMPTY_TEXT,
        Fault.WRONG_SHAPE,
        Fault.WRONG_TYPES,
        Fault.EXTRA_FIELDS,
        Fault.INVENTED_QUOTES,
        Fault.INVENTED_NUMBERS,
        Fault.OTHER_LANGUAGE,
        Fault.XP_OUT_OF_RANGE,
        Fault.XP_NEGATIVE,
        Fault.GIANT_BODY,
    }
)
INVENTED_QUOTE: Final = "words that nobody in this run has ever written down"
INVENTED_NUMBER: Final = 987654
_GIANT_CHARACTERS = 1_200_000
_DEPTH: Final = 100_000
_GERMAN: Final = "Über den ganzen Durchlauf hinweg hast du ruhig gearbeitet und viel nachgefragt."
_PROSE = ("headline", "summary", "statement", "rationale", "text", "why")


def spoil(fault: Fault, text: str) -> str:
    """Return the answer `text` with one fault in it."""
    if fault in _WHOLE:
        return _WHOLE[fault](text)
    answer = json.loads(text)
    for node in _objects(answer):
        _spoil_object(fault, node)
    return json.dumps(answer, ensure_ascii=False)


def _unwrapped_value(text: str) -> str:
    """Give the first text field a number that JSON does not know."""
    answer = json.loads(text)
    answer[next(iter(answer))] = float("nan")
    return json.dumps(answer)


_WHOLE: Final[Mapping[Fault, Callable[[str], str]]] = {
    Fault.INVALID_JSON: lambda text: f"Here is the review:\n```json\n{text[:-2]}\n```",
    Fault.TWO_ANSWERS: lambda text: f"{text}\n{text}",
    Fault.DEEP_NESTING: lambda _: "[" * _DEPTH + "]" * _DEPTH,
    Fault.NOT_A_NUMBER: _unwrapped_value,
    Fault.EMPTY_TEXT: lambda _: "",
    Fault.WRONG_SHAPE: lambda text: json.dumps({"review": json.loads(text)}),
}


def _spoil_object(fault: Fault, node: dict[str, Any]) -> None:
    prose = next((key for key in _PROSE if key in node), None)
    if fault is Fault.EXTRA_FIELDS:
        node["confidence_in_percent"] = 99
    elif fault is Fault.INVENTED_QUOTES and "quote" in node:
        node["quote"] = INVENTED_QUOTE
    elif fault is Fault.XP_OUT_OF_RANGE and "raw_xp" in node:
        node["raw_xp"] = 1e300
    elif fault is Fault.XP_NEGATIVE and "raw_xp" in node:
        node["raw_xp"] = -1_000_000
    elif prose:
        _spoil_prose(fault, node, prose)


def _spoil_prose(fault: Fault, node: dict[str, Any], prose: str) -> None:
    if fault is Fault.WRONG_TYPES:
        node[prose] = [node[prose]]
    elif fault is Fault.INVENTED_NUMBERS:
        node[prose] = f"{node[prose]} That makes {INVENTED_NUMBER} in all."
    elif fault is Fault.OTHER_LANGUAGE:
        node[prose] = _GERMAN
    elif fault is Fault.GIANT_BODY:
        node[prose] = node[prose] + " and so on" * (_GIANT_CHARACTERS // 10)


def _objects(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from _objects(child)
