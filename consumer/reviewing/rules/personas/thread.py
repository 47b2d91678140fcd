"""Thread: what one persona saw, which is its own talk with the learner and the shared results."""

import re
from dataclasses import dataclass
from statistics import median

from consumer.assembly.folding import fold
from consumer.assembly.grounding import is_long_enough
from consumer.assembly.plain import is_english
from consumer.assembly.prose import clean
from consumer.drafts import Citation
from consumer.reviewing.rules.citing import bounded, cite_message
from consumer.reviewing.rules.personas.voice import Voice, voice_of
from consumer.reviewing.rules.quotes import Quoted, best_quotes, longest_whole
from consumer.reviewing.rules.reading import Reading
from consumer.reviewing.rules.wording import joined
from schemas.events import ConversationMessage, Persona


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One persona's thread, and the two quotes of the learner that its text turns on."""

    reading: Reading
    persona: Persona
    voice: Voice
    messages: tuple[ConversationMessage, ...]
    first: Quoted | None
    second: Quoted | None
    variant: int

    @property
    def own(self) -> tuple[ConversationMessage, ...]:
        """Return the learner's messages in it."""
        return tuple(m for m in self.messages if m.sender == "user")

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return the quotes as citations."""
        quotes = [q for q in (self.first, self.second) if q is not None]
        return bounded([cite_message(q.message, q.text) for q in quotes])

    @property
    def silent_stages(self) -> tuple[str, ...]:
        """Name the stages in which the two exchanged nothing."""
        spoken = {m.stage_id for m in self.messages}
        stages = self.reading.arc.stages
        return tuple(self.reading.stage(s.stage_id) for s in stages if s.stage_id not in spoken)

    def where(self, quoted: Quoted) -> str:
        """Name the stage of a quote."""
        return self.reading.stage(quoted.message.stage_id)

    def choose(self, *variants: str) -> str:
        """Choose one of several ways to say a thing, the same one for the same run."""
        return variants[self.variant % len(variants)]

    def open_question(self) -> Quoted | None:
        """Return the persona's last question where the learner wrote nothing after it."""
        if not self.messages or self.messages[-1].sender == "user":
            return None
        last = self.messages[-1]
        pieces = [p.strip() for p in re.split(r"(?<=[.!?])\s+|\n+", last.text)]
        asked = [p for p in pieces if p.endswith("?") and is_long_enough(fold(p))]
        readable = [p for p in asked if not any(mark in p for mark in '“”"«»„「」')]
        return Quoted(last, readable[-1]) if readable else None

    def short(self, quoted: Quoted | None, *, said: str, unsaid: str) -> str:
        """Quote the one thing there is where it is too short to weigh, if print can show it.

        `said` holds `{words}` where they go, at its end; `unsaid` stands in where they cannot.
        """
        if quoted is None or quoted.message.sender != "user" or not is_printable(quoted):
            return unsaid
        return said.format(words=quoted.ended)

    @property
    def asked(self) -> bool:
        """Tell whether the persona asked the learner anything."""
        return any("?" in m.text for m in self.messages if m.sender == "persona")

    @property
    def is_understood(self) -> bool:
        """Tell whether the thread is in the one language whose words are weighed here."""
        return is_english(self.reading.arc.trigger.language)

    def reply_seconds(self) -> float | None:
        """Return the median time to the learner's reply within a stage, None without replies."""
        gaps = [
            (after.sent_at - before.sent_at).total_seconds()
            for before, after in zip(self.messages, self.messages[1:], strict=False)
            if before.sender == "persona"
            and after.sender == "user"
            and before.stage_id == after.stage_id
        ]
        return median(gaps) if gaps else None

    def standing(
        self, sentences: list[str], *, closing: str, extra: tuple[Citation, ...] = ()
    ) -> str:
        """Join, in this persona's voice, what code can verify, and end on `closing`."""
        citations = (*self.citations, *extra)
        kept = [s for s in sentences if s and self.reading.stands(s, citations)]
        return joined(self.voice.spoken(kept, closing))


def thread_of(
    reading: Reading, persona: Persona, *, listens_for: re.Pattern[str], variant: int
) -> Thread | None:
    """Read a persona's thread; None where nothing visible was said in it."""
    messages = reading.arc.thread(persona.persona_id)
    own = [m for m in messages if m.sender == "user"]
    theirs = "\n".join(fold(m.text) for m in messages if m.sender == "persona")
    voice = voice_of(persona.voice)
    quotes = best_quotes(own, listens_for=listens_for, concerns=voice.concerns, not_own=theirs)
    if not quotes:
        fallback = longest_whole(own) or longest_whole(messages)
        if fallback is None:
            return None
        return Thread(
            reading=reading,
            persona=persona,
            voice=voice,
            messages=messages,
            first=fallback,
            second=None,
            variant=variant,
        )
    best = quotes[0]
    # The second quote comes from another stage, so that the two together show an arc.
    others = (q for q in quotes if fold(q.text) != fold(best.text))
    other = next((q for q in others if q.message.stage_id != best.message.stage_id), None)
    pair = [best] if other is None else [best, other]
    pair.sort(key=lambda q: messages.index(q.message))
    return Thread(
        reading=reading,
        persona=persona,
        voice=voice,
        messages=messages,
        first=pair[0],
        second=pair[1] if len(pair) > 1 else None,
        variant=variant,
    )


def is_quotable(quoted: Quoted | None) -> bool:
    """Tell whether a quote has words enough to stand inside a sentence."""
    return quoted is not None and is_long_enough(fold(quoted.text)) and is_printable(quoted)


def is_printable(quoted: Quoted) -> bool:
    """Tell whether a quote can be shown in quotation marks just as it was said."""
    words = quoted.text
    return clean(words) == " ".join(words.split()) and not any(m in words for m in '“”"«»„「」')
