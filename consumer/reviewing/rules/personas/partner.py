"""The partner from another function: what it was like to depend on the learner.

Longer sentences, told from the partner's own side of the work.
"""

import re

from consumer.reviewing.rules.personas.thread import Thread, is_quotable
from consumer.reviewing.rules.quotes import Quoted
from consumer.reviewing.rules.wording import count, listed, number_word

LISTENS_FOR = re.compile(
    r"\b(?:you|your|you['’]ll|for you|your team|need from|let you know|does that|would it|could "
    r"you|tell me|so you can|on your side|customers?|wording|send you|heads-up)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?\s*$")
_TO_ME = re.compile(r"\b(?:you|your|yours|you['’](?:ll|re|ve|d))\b", re.IGNORECASE)
# How long a reply may take to come at once, within minutes and within hours.
_PROMPT_SECONDS = 120.0
_SOON_SECONDS = 1_800.0
_HOURS_SECONDS = 28_800.0

ASKS = (
    "Whom on our side would you go to first, another time, and with what?",
    "What would you need to hear from us, another time, before you settle it?",
    "When did you last notice that something of yours had become our work?",
)


def speak(thread: Thread) -> tuple[str, list[str]]:
    """Return the partner's opening and the sentences that follow, in order of weight."""
    sentences = [_felt(thread, thread.first)]
    if thread.second is not None:
        sentences.append(_elsewhere(thread, thread.second))
    sentences += [_waiting(thread), _silence(thread), _unanswered(thread)]
    return _contact(thread), sentences


def alone(thread: Thread) -> str:
    """Say that the learner never wrote back."""
    said = thread.first.ended if thread.first else ""
    return f"From our side there was {said} We never learned what you made of it."


def _contact(thread: Thread) -> str:
    stages = thread.reading.stage_ids(thread.messages)
    total = len(thread.reading.arc.stages)
    met = f"in {number_word(len(stages))} of the {number_word(total)} stages"
    if len(stages) == total:
        met = "spread over every stage" if total > 1 else "in the one stage"
    exchanged = count(len(thread.messages), "message")
    return thread.choose(
        f"My team sits somewhere else and sees only what crosses over to us, which was "
        f"{exchanged} {met}.",
        f"For us, depending on you meant {exchanged} {met}, and we built our part on "
        "whatever stood in them.",
        f"Between your work and ours stood {exchanged} {met}, and for my team that was "
        "all there was to go by.",
    )


def _felt(thread: Thread, quoted: Quoted | None) -> str:
    if not is_quotable(quoted) or quoted is None:
        return thread.short(
            quoted,
            said="What we got to act upon comes down to {words}",
            unsaid="Hardly anything in them was long enough for us to act upon.",
        )
    where, effect = thread.where(quoted), _effect(thread, quoted)
    return thread.choose(
        f"When {where} came around, what reached us was {quoted.ended} Over here, {effect}.",
        f"While {where} was under way, my people had this from you: {quoted.ended} Seen from "
        f"there, {effect}.",
        f"From {where} our desk has {quoted.ended} As things stood on this end, {effect}.",
    )


def _elsewhere(thread: Thread, quoted: Quoted) -> str:
    where, effect = thread.where(quoted), _effect(thread, quoted)
    if thread.first is not None and effect == _effect(thread, thread.first):
        return thread.choose(
            f"Working towards {where} felt alike from our end, where we read {quoted.ended}",
            f"Nothing about that was different for us when it came to {where}: {quoted.ended}",
            f"We could say as much of {where}, going by {quoted.ended}",
        )
    return thread.choose(
        f"Around {where} it was another matter: {quoted.ended} There, {effect}.",
        f"We were in a different position over {where}, since {quoted.ended} In that case, "
        f"{effect}.",
        f"Set against that, {where} came to us as {quoted.ended} This time, {effect}.",
    )


def _effect(thread: Thread, quoted: Quoted) -> str:
    if not thread.is_understood:
        return "that is what we had to go by, in your own words"
    if _ASKS.search(quoted.text):
        return "a question like that costs us less than a wrong guess on our behalf"
    if _TO_ME.search(quoted.text):
        return "we could find our own part in that without having to translate it"
    return "we had to work out for ourselves what that meant for our side"


def _waiting(thread: Thread) -> str:
    seconds = thread.reply_seconds()
    if seconds is None:
        return (
            "What we asked was not answered while the stage was still running."
            if thread.asked
            else ""
        )
    if seconds <= _PROMPT_SECONDS:
        return "When we wrote, you answered at once as a rule, so nobody over here sat waiting."
    if seconds <= _SOON_SECONDS:
        return "Your answers tended to reach us within minutes, quick enough to act on."
    if seconds <= _HOURS_SECONDS:
        return "Answers came within hours, though as a rule not within minutes."
    return "We waited many hours for answers as a rule, with our own part open until then."


def _silence(thread: Thread) -> str:
    silent = thread.silent_stages
    if not silent:
        return ""
    where = listed(silent)
    if len(silent) > 3:
        total = len(thread.reading.arc.stages)
        where = f"{number_word(len(silent))} of the {number_word(total)} stages"
    return f"For {where} there is nothing from you on our side at all."


def _unanswered(thread: Thread) -> str:
    asked = thread.open_question()
    if asked is None:
        return ""
    return f"One of our questions is left hanging even now: {asked.shown}"
