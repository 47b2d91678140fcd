"""Prompting: what each call is told, the stable and shared parts first.

    system   the shared rules: the same for every run
    user     the shared facts: the same for every call of a run
             the call's own task, then what only this call may see, the persona last

Providers cache identical prefixes, and a persona's prompt can hold only what it knows. The scoring
call sees no message and no artefact: what a learner writes cannot buy points.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consumer.arc import Arc, ContextCounts
from consumer.assembly.prose import clean
from consumer.reviewing.prompting.records import (
    PRIVATE_SIGNALS,
    Record,
    artefact_record,
    lines_of,
    message_record,
    objective_record,
    persona_record,
    points_records,
    scenario_records,
    signal_record,
)
from consumer.reviewing.prompting.selection import PromptBounds, Selection, select
from prompts.library import PromptName, load_prompt, prompt_version
from schemas.events import ConversationMessage, Persona
from schemas.review import Signal

# Stands in for the marker where prompts are told apart, so that a new key pays for no call again.
_NO_MARKER = "marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One call's prompt; `prompt_hash` is the same whatever key made its markers."""

    call: str
    answer: PromptName
    persona_id: str | None
    system: str
    user: str
    prompt_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSet:
    """All prompts of one review, and how many records they show between them."""

    prompts: tuple[Prompt, ...]
    used: ContextCounts


def prompts_of(
    arc: Arc, signals: tuple[Signal, ...], *, marker_key: bytes, bounds: PromptBounds
) -> PromptSet:
    """Build the prompts of a review: arc, scoring, and one for each persona that has a thread.

    Messages without a visible character are no thread: no view of them could quote a word.
    """
    chosen = select(arc, bounds)
    writer = _Writer(arc, signals, chosen, bounds, marker_key)
    personas = [
        p for p in arc.trigger.personas if any(clean(m.text) for m in arc.thread(p.persona_id))
    ]
    return PromptSet(
        prompts=(
            writer.prompt("arc", "arc", writer.arc_records()),
            writer.prompt("scoring", "scoring", points_records(arc)),
            *(
                writer.prompt(
                    f"perspective:{persona.persona_id}",
                    "perspective",
                    writer.thread_records(persona),
                    persona_id=persona.persona_id,
                )
                for persona in personas
            ),
        ),
        used=ContextCounts(
            objective_rollups=len(chosen.objectives),
            messages=len(chosen.messages),
            artefacts=len(chosen.artefacts),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    arc: Arc
    signals: tuple[Signal, ...]
    chosen: Selection
    bounds: PromptBounds
    marker_key: bytes

    def prompt(
        self,
        call: str,
        answer: PromptName,
        records: Iterable[Record],
        *,
        persona_id: str | None = None,
    ) -> Prompt:
        """Join the shared facts, the call's task and its own records."""
        own = lines_of(records)
        facts = lines_of(self._shared_records())
        system = load_prompt("shared").text
        told = "\0".join((prompt_version(), call, system, self._user(answer, facts, own, None)))
        return Prompt(
            call=call,
            answer=answer,
            persona_id=persona_id,
            system=system,
            user=self._user(answer, facts, own, call),
            prompt_hash=hashlib.sha256(told.encode()).hexdigest(),
        )

    def arc_records(self) -> Iterator[Record]:
        """Yield what only the read of the whole arc sees."""
        yield from (signal_record(s) for s in self.signals if s.kind in PRIVATE_SIGNALS)
        yield from (persona_record(p) for p in self.arc.trigger.personas)
        yield from (self._message(m) for m in self.chosen.messages)
        yield from (artefact_record(a, text_limit=self.bounds.text) for a in self.chosen.artefacts)
        yield from self._omitted("message", len(self.arc.messages), len(self.chosen.messages))
        yield from self._omitted("artefact", len(self.arc.artefacts), len(self.chosen.artefacts))

    def thread_records(self, persona: Persona) -> Iterator[Record]:
        """Yield one persona's own thread, and the persona last."""
        shown = [m for m in self.chosen.messages if m.persona_id == persona.persona_id]
        yield from (self._message(m) for m in shown)
        yield from self._omitted("message", len(self.arc.thread(persona.persona_id)), len(shown))
        yield persona_record(persona)

    def _shared_records(self) -> Iterator[Record]:
        objectives = self.chosen.objectives
        yield from scenario_records(self.arc)
        yield from (objective_record(o, text_limit=self.bounds.text) for o in objectives)
        yield from self._omitted("objective", len(self.arc.objectives), len(objectives))
        yield from (signal_record(s) for s in self.signals if s.kind not in PRIVATE_SIGNALS)

    def _message(self, message: ConversationMessage) -> Record:
        return message_record(message, text_limit=self.bounds.text)

    def _omitted(self, what: str, seen: int, shown: int) -> Iterator[Record]:
        if shown < seen:
            yield {"record": "omitted", "of": what, "count": seen - shown}

    def _user(self, answer: PromptName, facts: str, own: str, call: str | None) -> str:
        shared_marker = self._marker("facts" if call is not None else None)
        marker = self._marker(call)
        task = load_prompt(answer).fill(language=self.arc.trigger.language, marker=marker)
        return "\n\n".join((_channel(shared_marker, facts), task.strip(), _channel(marker, own)))

    def _marker(self, call: str | None) -> str:
        """Return a word that only the holder of the key could guess, the same for a repeat."""
        if call is None:
            return _NO_MARKER
        told = f"{self.arc.trigger.run_id}\0{call}".encode()
        return hmac.new(self.marker_key, told, hashlib.sha256).hexdigest()[:32]


def _channel(marker: str, lines: str) -> str:
    return f"BEGIN {marker}\n{lines}\nEND {marker}"
