"""Judging: what a finished answer is worth, in code that cannot wait.

An answer is parsed strictly, then held against the facts; its faults become the short list that
its one repair is told.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from consumer.drafts import Scoring
from consumer.reviewing.answer_schema import ANSWERS, Answer
from consumer.reviewing.outcome import OutcomeKind

# More than the larger budget of tokens gives. What is read of it takes time in its length.
MAX_ANSWER_CHARACTERS = 200_000
# To judge a longer one on the event loop would keep the loop from everything else.
LONG_ANSWER_CHARACTERS = 20_000
# A line for each item that an answer may hold.
MAX_FAULTS = 20
MAX_FAULT_CHARACTERS = 400

FindFaults = Callable[[Answer], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`answer` is there where the text fits the schema, also where it is ungrounded."""

    kind: OutcomeKind
    answer: Answer | None
    faults: tuple[str, ...]


def judge(text: str, answer: str, find_faults: FindFaults) -> Judgement:
    """Parse an answer's text and check it against the facts."""
    if len(text) > MAX_ANSWER_CHARACTERS:
        return _unfit(OutcomeKind.INVALID_JSON, ("the answer is far too long",))
    try:
        parsed = ANSWERS[answer].model_validate_json(text, strict=True)
    except ValidationError as error:
        return _from_validation(error)
    if isinstance(parsed, Scoring) and any(d.raw_xp is None for d in parsed.dimensions):
        return _unfit(OutcomeKind.INVALID_SCHEMA, ("raw_xp: a number is needed",))
    faults = find_faults(parsed)
    kind = OutcomeKind.UNGROUNDED if faults else OutcomeKind.OK
    return Judgement(kind=kind, answer=parsed, faults=_bounded(faults))


def _from_validation(error: ValidationError) -> Judgement:
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    if any(e["type"] == "json_invalid" for e in errors):
        return _unfit(OutcomeKind.INVALID_JSON, ("it is not one whole JSON object",))
    lines = tuple(f"{_place(e)}: {e['msg']}" for e in errors)
    return _unfit(OutcomeKind.INVALID_SCHEMA, lines)


def _place(error: ErrorDetails) -> str:
    """Say where an error is, in the schema's words: a field that it does not know has any name."""
    known = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return ".".join(map(str, known)) or "the answer"


def _unfit(kind: OutcomeKind, faults: tuple[str, ...]) -> Judgement:
    return Judgement(kind=kind, answer=None, faults=_bounded(faults))


def _bounded(faults: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fault[:MAX_FAULT_CHARACTERS] for fault in faults[:MAX_FAULTS])
