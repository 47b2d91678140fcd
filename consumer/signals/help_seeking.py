"""Help-seeking in conversation: does the learner ask, say about what, and after trying?

A question is a message of the learner with a question mark, in any script. One asked well names
the artefact or says what was tried; that is told by English words, so in other languages only the
rate of questions is measured. Present: where at least one message in ten asks (lower bound) and
most questions (lower bound of half) are asked well. Absent: where fewer than one in ten asks
(upper bound). From 20 messages of the learner on. For the claim messages sent in a row, without an
answer between them, are one turn: words added to what was said do not unmake it.
"""

import re
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.signals.inference import rate_interval
from consumer.signals.series import CONFIDENCE, Measure, mean_by_stage
from consumer.signals.words import folded
from schemas.events import ConversationMessage
from schemas.review import Signal, Verdict

ASKING_RATE = 0.10
ASKED_WELL_RATE = 0.5
HELP_SEEKING = Measure(
    signal_id="help_seeking",
    kind="help_seeking",
    name="questions that name the work or what was tried",
    unit="ratio",
    minimum_n=20,
)
_QUESTION = re.compile("[?？؟՞⁇⁈]")
_WORK = re.compile(
    r"\b(?:draft|notes?|summary|explanation|reflection|report|plan|memo|brief|document|doc|spec"
    r"|spreadsheet|sheet|table|slides?|deck|section|paragraph|chart|model|query|code|ticket)\b"
)
_TRIED = re.compile(
    r"\b(?:i(?:'ve| have)? (?:already )?(?:tried|attempted|checked|read|looked|compared|tested|ran"
    r"|wrote|written|drafted|worked out|started|assumed|expected)|so far i|my attempt"
    r"|my first (?:try|attempt|draft))\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What the learner asked: how many messages, and of the questions how many were asked well.

    `turns` counts messages in a row once, `asking_turns` those of them that hold a question.
    """

    messages: int
    asked: int
    name_work: int
    tried_first: int
    asked_well: int
    turns: int
    asking_turns: int


def help_seeking(arc: Arc) -> Signal:
    """Return the rate of questions; the series holds each stage's rate."""
    own = [message for message in arc.messages if message.sender == "user"]
    questions = questions_of(arc)
    by_stage = mean_by_stage((m.stage_id, float(is_question(m.text))) for m in own)
    if questions.messages < HELP_SEEKING.minimum_n:
        return HELP_SEEKING.too_little(arc, n=questions.messages, by_stage=by_stage)
    interval = rate_interval(questions.asked, questions.messages, confidence=CONFIDENCE)
    return HELP_SEEKING.signal(
        arc,
        verdict=_verdict(questions, interval),
        value=questions.asked / questions.messages,
        interval=interval,
        n=questions.messages,
        by_stage=by_stage,
    )


def is_question(text: str) -> bool:
    """Tell whether a message asks."""
    return _QUESTION.search(text) is not None


def questions_of(arc: Arc) -> Questions:
    """Count the learner's questions; a question that repeats another word for word is not new."""
    own = [message for message in arc.messages if message.sender == "user"]
    asked = [message for message in own if is_question(message.text)]
    distinct = {folded(message.text).replace("’", "'") for message in asked}
    kinds = {folded(artefact.kind).replace("_", " ") for artefact in arc.artefacts}
    english = arc.trigger.language.casefold().split("-")[0] == "en"
    names = {text for text in distinct if english and _names_work(text, kinds)}
    tried = {text for text in distinct if english and _TRIED.search(text)}
    return Questions(
        messages=len(own),
        asked=len(asked),
        name_work=len(names),
        tried_first=len(tried),
        asked_well=len(names | tried),
        turns=len(turns := _turns(arc)),
        asking_turns=sum(turns),
    )


def _turns(arc: Arc) -> list[bool]:
    """Return of each of the learner's turns whether it asks."""
    turns: list[bool] = []
    for persona in arc.trigger.personas:
        before: ConversationMessage | None = None
        for message in arc.thread(persona.persona_id):
            if message.sender == "user":
                asks = is_question(message.text)
                if before is not None and _in_a_row(before, message):
                    turns[-1] |= asks
                else:
                    turns.append(asks)
            before = message
    return turns


def _in_a_row(before: ConversationMessage, message: ConversationMessage) -> bool:
    return before.sender == message.sender and before.stage_id == message.stage_id


def _names_work(text: str, kinds: set[str]) -> bool:
    return _WORK.search(text) is not None or any(
        re.search(rf"\b{re.escape(kind)}\b", text) for kind in kinds
    )


def _verdict(questions: Questions, interval: tuple[float, float]) -> Verdict:
    def low(hits: int, n: int) -> float:
        return rate_interval(hits, n, confidence=CONFIDENCE)[0] if n else 0.0

    asks = low(questions.asking_turns, questions.turns) >= ASKING_RATE
    if asks and low(questions.asked_well, questions.asked) >= ASKED_WELL_RATE:
        return "present"
    return "absent" if interval[1] < ASKING_RATE else "unclear"
