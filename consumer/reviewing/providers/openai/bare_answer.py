"""Bare answer: an answer's JSON without what a server of open models puts around it.

A server that does not know a model's template leaves its thoughts before the answer, and one that
does not hold the model to the schema (Responses at llama.cpp and LM Studio) leaves a code fence
around it. Only a wrapping as a whole is taken off; nothing is looked for inside a text.
"""

import re
from typing import Final

_THOUGHTS: Final = re.compile(r"\s*<think>.*?</think>\s*", re.DOTALL)
_FENCE: Final = re.compile(r"\s*```(?:json)?[ \t]*\n(.*)\n```\s*", re.DOTALL)


def bare_answer(text: str) -> str:
    """Return `text` without leading thoughts and without a fence around all of it."""
    thoughts = _THOUGHTS.match(text)
    rest = text[thoughts.end() :] if thoughts else text
    fenced = _FENCE.fullmatch(rest)
    return fenced.group(1) if fenced else rest
