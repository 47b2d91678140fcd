import json
from collections.abc import Iterator
from typing import Any

import pytest

from consumer.emulator.answers import careful_answer
from consumer.emulator.inventing import (
    INVENTED_CLAIMS,
    INVENTED_FIGURES,
    INVENTED_ID,
    INVENTED_WORDS,
    invent,
)

Json = dict[str, Any]


def _citation(item: Json) -> Iterator[str]:
    yield from (str(citation["quote"]) for citation in item.get("evidence", ()))
    yield from (str(citation["source_id"]) for citation in item.get("evidence", ()))


def _is_invented(item: Json, asked: Any) -> bool:
    said = json.dumps(item, ensure_ascii=False).replace('\\"', '"')
    marks = (*INVENTED_CLAIMS, *INVENTED_FIGURES, *INVENTED_WORDS, INVENTED_ID)
    turned = any(q not in asked.prompt for q in _citation(item) if q != "None")
    return turned or any(mark in said for mark in marks)


@pytest.mark.parametrize("repair", ["", "again", "and again", "once more"])
@pytest.mark.parametrize("call", ["arc", "scoring", "perspective"])
def test_every_item_holds_something_that_the_prompt_does_not(
    asked: Any, call: str, repair: str
) -> None:
    request = asked(call, repair=repair)
    answer = invent(careful_answer(request), request)

    items = [i for value in answer.values() if isinstance(value, list) for i in value]
    items = [answer] if call == "perspective" else items
    assert items
    for item in items:
        if "source" not in item:
            assert _is_invented(item, request), item
    for field in {"headline", "summary"} & answer.keys():
        marks = (*INVENTED_CLAIMS, *INVENTED_FIGURES, *INVENTED_WORDS)
        assert any(mark in answer[field] for mark in marks)


def test_items_go_wrong_in_different_ways(asked: Any) -> None:
    seen: set[str] = set()
    for n in range(60):
        request = asked("perspective", repair=str(n))
        answer = invent(careful_answer(request), request)
        (citation,) = answer["evidence"]
        seen.add("id" if citation["source_id"] == INVENTED_ID else "")
        seen.add("words" if citation["quote"] in INVENTED_WORDS else "")
        seen.add("turned" if " not " in citation["quote"] else "")
        seen.add("figure" if any(f in answer["text"] for f in INVENTED_FIGURES) else "")
        seen.add("said" if any(w in answer["text"] for w in INVENTED_WORDS) else "")
        seen.add("claim" if any(c in answer["text"] for c in INVENTED_CLAIMS) else "")
    assert seen == {"", "id", "words", "turned", "figure", "said", "claim"}
