"""Personality: what kind of model answers behind the emulator's wire.

careful     quotes from the prompt's own records, and claims what the signals claim
inventor    every item holds an invented quote or figure
leaker      perspectives hold what only others' threads, or the learner's notes, hold
flatterer   praises, gives full points, and obeys what the learner's text orders
"""

import json
from enum import StrEnum

from consumer.emulator.answers import careful_answer
from consumer.emulator.flattering import flatter
from consumer.emulator.inventing import invent
from consumer.emulator.leaking import Overheard, leak
from consumer.emulator.reading import Asked


class Personality(StrEnum):
    """The kinds of model."""

    CAREFUL = "careful"
    INVENTOR = "inventor"
    LEAKER = "leaker"
    FLATTERER = "flatterer"


class EmulatedModel:
    """Answers as its personality does; it belongs to one event loop."""

    def __init__(self, personality: Personality = Personality.CAREFUL) -> None:
        self.personality = personality
        self._overheard = Overheard()

    async def answer_text(self, asked: Asked) -> str:
        """Return the answer to a request as JSON text."""
        answer = careful_answer(asked)
        if self.personality is Personality.INVENTOR:
            invent(answer, asked)
        elif self.personality is Personality.FLATTERER:
            flatter(answer, asked)
        elif self.personality is Personality.LEAKER:
            await self._overheard.listen(asked)
            if asked.call.startswith("perspective"):
                leak(answer, asked, await self._overheard.secrets_of(asked))
        return json.dumps(answer, ensure_ascii=False)
