"""Leaking: perspectives that hold what their persona never saw.

A prompt shows a persona only its own thread, so this model remembers what other calls of the same
run were shown, as a service with a shared cache or a careless memory would.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

from consumer.emulator.choosing import choose
from consumer.emulator.reading import Asked, Record

Json = dict[str, Any]

# A run's arc read, which is shown everything, is asked for together with its perspectives.
PATIENCE_SECONDS: Final = 1.0
MAX_RUNS: Final = 512
_LONG_WORDS: Final = 8

Leak = Callable[[Json, Record], None]


class Overheard:
    """What each run's arc read was shown, by the facts that all calls of the run share.

    The oldest of more than `MAX_RUNS` runs is forgotten.
    """

    def __init__(self, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience_seconds = patience_seconds
        self._heard: OrderedDict[str, tuple[Record, ...]] = OrderedDict()
        self._news = asyncio.Condition()

    async def listen(self, asked: Asked) -> None:
        """Remember an arc read's own records."""
        if asked.call != "arc":
            return
        async with self._news:
            self._heard[asked.shared_text] = asked.own_records
            while len(self._heard) > MAX_RUNS:
                self._heard.popitem(last=False)
            self._news.notify_all()

    async def secrets_of(self, asked: Asked) -> tuple[Record, ...]:
        """Return the run's texts that this call was not shown; waits a moment for the arc read."""
        async with self._news:
            try:
                async with asyncio.timeout(self._patience_seconds):
                    await self._news.wait_for(lambda: asked.shared_text in self._heard)
            except TimeoutError:
                return ()
            heard = self._heard[asked.shared_text]
        return tuple(
            record
            for record in heard
            if record["record"] in ("message", "artefact")
            and record not in asked.own_records
            and str(record["text"]).strip()
        )


def leak(answer: Json, asked: Asked, secrets: Sequence[Record]) -> Json:
    """Return a perspective's `answer`, changed in place, with one of `secrets` in it.

    Where a secret holds a code (letters and digits, a canary for one), that one is told first.
    """
    if not secrets:
        return answer
    coded = [record for record in secrets if _codes(record)]
    chosen = choose(coded or secrets, asked, "secret")
    ways = (_repeat, _cite, _retell, *((_name_code,) if coded else ()))
    choose(ways, asked, "way")(answer, chosen)
    return answer


def _repeat(answer: Json, secret: Record) -> None:
    """Say another thread's words as they stand."""
    answer["text"] = f"{secret['text'][:400]} {answer['text']}"


def _cite(answer: Json, secret: Record) -> None:
    """Point to another thread, or to the learner's notes, as evidence."""
    source = secret["record"]
    quote = " ".join(secret["text"].split()[:20])
    answer["evidence"].append(
        {
            "source": source,
            "source_id": secret[f"{source}_id"],
            "revision": secret.get("revision"),
            "quote": quote,
        }
    )


def _retell(answer: Json, secret: Record) -> None:
    """Work a run of another thread's words into a sentence of the persona's own."""
    words = secret["text"].split()
    start = max(0, len(words) - _LONG_WORDS) // 2
    taken = " ".join(words[start : start + _LONG_WORDS])
    answer["text"] = f"{answer['text']} I gather it was more or less {taken}, or so I was told."


def _name_code(answer: Json, secret: Record) -> None:
    """Drop one word only, which names one thing that this persona cannot know."""
    answer["text"] = f"{answer['text']} You will remember {_codes(secret)[0]}, of course."


def _codes(secret: Record) -> list[str]:
    words = (word.strip(".,;:!?()[]\"'“”’") for word in str(secret["text"]).split())
    return [
        word
        for word in words
        if len(word) >= 6 and any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    ]
