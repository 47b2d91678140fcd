"""Journaled: a finished call as the journal keeps it."""

from typing import Literal

from pydantic import ValidationError

from consumer.reviewing.answer_schema import ANSWERS, Answer
from schemas.fields import Count, OutputModel


class JournaledCall(OutputModel):
    """One finished, checked answer with what it cost; `answer` is its JSON text."""

    version: Literal[1] = 1
    provider: str
    model: str
    fallback: bool
    attempts: Count
    latency_ms: Count
    input_tokens: Count | None
    output_tokens: Count | None
    answer: str

    def read_answer(self, kind: str) -> Answer:
        """Return the typed answer.

        Raises:
            ValidationError: what was kept does not fit this version of the drafts.
        """
        return ANSWERS[kind].model_validate_json(self.answer)


def read_journaled(text: str | None) -> JournaledCall | None:
    """Read what the journal gave; what another version wrote counts as nothing kept."""
    if text is None:
        return None
    try:
        return JournaledCall.model_validate_json(text)
    except ValidationError:
        return None
