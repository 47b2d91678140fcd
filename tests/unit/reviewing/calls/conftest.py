"""A prompt of the small arc, and what an answer to it is checked by."""

from collections.abc import Callable

import pytest

from consumer.arc import Arc
from consumer.assembly.faults import find_faults
from consumer.reviewing.answer_schema import Answer
from consumer.reviewing.prompting.prompts import Prompt, prompts_of
from consumer.reviewing.prompting.selection import PromptBounds
from schemas.review import Signal


@pytest.fixture
def prompt(arc: Arc, signals: tuple[Signal, ...]) -> Prompt:
    built = prompts_of(arc, signals, marker_key=b"k", bounds=PromptBounds())
    return next(p for p in built.prompts if p.call == "scoring")


@pytest.fixture
def check(arc: Arc, signals: tuple[Signal, ...]) -> Callable[[Answer], tuple[str, ...]]:
    return lambda answer: find_faults(answer, arc=arc, signals=signals)
