"""Any other role: what passed between the two, plainly, without a claim to judge the work."""

import re

from consumer.reviewing.rules.personas.thread import Thread, is_quotable
from consumer.reviewing.rules.quotes import Quoted
from consumer.reviewing.rules.wording import count, number_word

LISTENS_FOR = re.compile(
    r"\b(?:because|think|want|need|plan|will|would|should|could|agree|decide\w*)\b", re.IGNORECASE
)

ASKS = (
    "Which entry would you word differently now?",
    "What is missing from the log that you would add?",
)


def speak(thread: Thread) -> tuple[str, list[str]]:
    """Return a plain account's opening and the sentences that follow."""
    sentences = [_said(thread, thread.first)]
    if thread.second is not None:
        where = thread.where(thread.second)
        sentences.append(
            thread.choose(
                f"On record from {where}: {thread.second.ended}",
                f"Further on, {where} adds {thread.second.ended}",
                f"Next to it goes this one, from {where}: {thread.second.ended}",
                f"Beside it I keep this, of {where}: {thread.second.ended}",
                f"{where} is where the other one stands: {thread.second.ended}",
            )
        )
    sentences += [_unanswered(thread), _bound(thread)]
    return _account(thread), sentences


def alone(thread: Thread) -> str:
    """Say that the learner never wrote back."""
    return f"One side only is on record: {thread.first.ended if thread.first else ''}"


def _account(thread: Thread) -> str:
    if len(thread.messages) == 1:
        return "The log between us is a single entry."
    own, all_told = count(len(thread.own), "message"), number_word(len(thread.messages))
    return thread.choose(
        f"An account rather than a judgement: {own} of yours, out of {all_told} that the two of us "
        "exchanged.",
        f"The log between us holds {all_told} entries, {own} being yours.",
        f"Set down as it happened: {all_told} entries, of which {own} from you.",
        f"I keep to what was written, {all_told} entries long and with {own} from your hand.",
        f"For the record, and no more than that: {own} from you among {all_told}.",
    )


def _said(thread: Thread, quoted: Quoted | None) -> str:
    if not is_quotable(quoted) or quoted is None:
        return thread.short(
            quoted,
            said="All of substance that it holds of yours is {words}",
            unsaid="The entries of yours are too short to go by.",
        )
    where = thread.where(quoted)
    return thread.choose(
        f"The entry to keep is from {where}: {quoted.ended}",
        f"Of yours, {where} has the one to keep: {quoted.ended}",
        f"One entry stands for the others, from {where}: {quoted.ended}",
        f"What I would underline belongs to {where}: {quoted.ended}",
        f"{where} holds the line that I would read out: {quoted.ended}",
    )


def _unanswered(thread: Thread) -> str:
    asked = thread.open_question()
    return f"Without entry after it stands: {asked.shown}" if asked else ""


def _bound(thread: Thread) -> str:
    return thread.choose(
        "Whether that served its purpose is for the results to show.",
        "What came of it is not for this log to say.",
        "Beyond what was written there is nothing to add to it.",
        "I leave it at that, unweighed.",
        "Others have the results to judge it by; I have only the words.",
    )
