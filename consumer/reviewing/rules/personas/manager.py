"""The manager: what was delivered, and what could be relied on. Short sentences, results first."""

import re

from consumer.reviewing.rules.citing import cite
from consumer.reviewing.rules.personas.thread import Thread, is_quotable
from consumer.reviewing.rules.quotes import Quoted
from consumer.reviewing.rules.sticking import lowest
from consumer.reviewing.rules.wording import (
    after_tries,
    capital,
    count,
    figure,
    kind_words,
    reached_mark,
)
from consumer.signals.success import SUCCESS_SCORE

_PROMISE = r"(?:i['’]ll|i will|we['’]ll|we will|i am going to|i['’]m going to)"
_DATE = (
    r"(?:by (?:the )?(?:noon|eod|end of|tonight|tomorrow|mon|tue|wed|thu|fri|\d)|today|tomorrow|"
    r"tonight|(?:on |until )?(?:mon|tues|wednes|thurs|fri)day|\d{1,2}:\d\d|\d{1,2} (?:jan|feb|mar|"
    r"apr|may|june?|july?|aug|sep|oct|nov|dec)|"
    r"this (?:morning|afternoon|evening|week)|at \d{1,2}[:.]\d\d|before (?:noon|lunch|the|\d)|"
    r"in (?:an hour|\d+ minutes))"
)
LISTENS_FOR = re.compile(
    rf"\b(?:{_PROMISE}|{_DATE}|sent|shipped|done|finished|delivered|decision|decided|recommend|"
    r"signed off|risk|deadline|ready)\b",
    re.IGNORECASE,
)
# A "we" puts nobody's name on a task.
_PROMISED = re.compile(r"\bi(?:['’]ll| will|['’]m going to| am going to)\b", re.IGNORECASE)
_DATED = re.compile(rf"\b{_DATE}", re.IGNORECASE)
# Reported by the one who did it: "sent at ten", "I have closed it", not "the signal is sent".
_DONE = re.compile(
    r"^(?:done|sent|finished|shipped|delivered|closed|signed off)\b|"
    r"\b(?:i|we)(?:['’]ve| have)? (?:just |already |now )?(?:sent|finished|shipped|delivered|"
    r"closed|signed off)\b|\b(?:it|that|this)(?:['’]s| is) (?:done|sent|finished|closed)\b|"
    # "The export is done", but not "once the export is done".
    r"^(?!(?:when|once|until|till|if|after|before|as soon as)\b)[^,.;:?!]{0,60} (?:is|are) done\b",
    re.IGNORECASE,
)
_RECOMMENDS = re.compile(
    r"\b(?:recommend|propose|suggest|decision|decided|my advice|should|let['’]s|i would)\b",
    re.IGNORECASE,
)

ASKS = (
    "Where would you have told me sooner, looking back?",
    "Which of your promises would you drop first if the date moved?",
    "Who else could have told me where this stood, had you been away?",
)


def speak(thread: Thread) -> tuple[str, list[str]]:
    """Return the manager's opening and the sentences that follow, in order of weight."""
    first, second = thread.first, thread.second
    sentences = [_relied_on(thread, first, again=False)]
    if second is not None:
        sentences.append(_relied_on(thread, second, again=True))
    sentences += [_came_back(thread), _left_open(thread), _unanswered(thread)]
    return _delivered(thread), sentences


def alone(thread: Thread) -> str:
    """Say that the learner never wrote back."""
    said = thread.first.ended if thread.first else ""
    return f"My word to you was {said} Nothing came back, so I had nothing to plan with."


def _delivered(thread: Thread) -> str:
    arc, scored = thread.reading.arc, thread.reading.scored
    if not arc.objectives:
        return "No result of yours reached me, so of delivery I cannot speak."
    if not scored:
        return thread.choose(
            f"Of what was delivered I know this much: {count(len(arc.objectives), 'objective')} "
            "closed, none of them scored.",
            f"{capital(count(len(arc.objectives), 'objective'))} closed on my list, with no score "
            "on any, so I will not grade the outcome.",
        )
    reached = sum((o.score or 0.0) >= SUCCESS_SCORE for o in scored)
    noun = "objective" if len(scored) == len(arc.objectives) else "scored objective"
    result = reached_mark(reached, len(scored), noun)
    return thread.choose(
        f"Delivery first: {result}.",
        f"On my count of this run, {result}.",
        f"What landed, before anything else: {result}.",
    )


def _relied_on(thread: Thread, quoted: Quoted | None, *, again: bool) -> str:
    if quoted is None or not is_quotable(quoted):
        return thread.short(
            quoted,
            said="What I have from you in writing is {words} I could plan nothing by that.",
            unsaid="You gave me too little in writing to plan anything by." if quoted else "",
        )
    where, verdict = thread.where(quoted), _verdict(thread, quoted)
    if not again:
        return thread.choose(
            f"In {where} you told me {quoted.ended} That is {verdict}.",
            f"From {where} I have {quoted.ended} That is {verdict}.",
            f"{capital(where)} brought me {quoted.ended} I took it for {verdict}.",
        )
    if thread.first is not None and verdict == _verdict(thread, thread.first):
        return thread.choose(
            f"{capital(where)} left me with the same: {quoted.ended}",
            f"It was the same with {where}: {quoted.ended}",
            f"Nor did that change by {where}: {quoted.ended}",
        )
    return thread.choose(
        f"{capital(where)} gave me this instead: {quoted.ended} I call it {verdict}.",
        f"For {where} it was {quoted.ended} I put that down as {verdict}.",
        f"Not so {where}, with {quoted.ended} On my list that is {verdict}.",
    )


def _verdict(thread: Thread, quoted: Quoted) -> str:
    if not thread.is_understood:
        return "your word, kept here as you gave it"
    return _commitment(quoted)


def _commitment(quoted: Quoted) -> str:
    promised, dated = _PROMISED.search(quoted.text), _DATED.search(quoted.text)
    if promised and dated:
        return "a name and a time, so I could plan on it"
    if _DONE.search(quoted.text):
        return f"a thing reported as done{', with its time on it' if dated else ''}"
    if promised:
        return "your name on a task, and a time would have let me plan on it"
    if "?" in quoted.text:
        return "a question, which I can answer but not plan with"
    return _uncommitted(quoted, dated=bool(dated))


def _uncommitted(quoted: Quoted, *, dated: bool) -> str:
    if dated:
        return "a time, which is the part I plan with"
    if _RECOMMENDS.search(quoted.text):
        return "a position I could take upstairs or turn down, which is what I need"
    return "information, without a commitment I could hold you to"


def _came_back(thread: Thread) -> str:
    reading = thread.reading
    claimed = reading.claims("recurring_issue")
    if not claimed:
        return ""
    kind = claimed[0].name
    hits = reading.showing(kind)
    return (
        f"{capital(count(len(hits), 'result'))} reached me marked with {kind_words(kind)}, and "
        "that is the part I could not rely on."
    )


def _left_open(thread: Thread) -> str:
    low = lowest(thread.reading)
    if low is None or not thread.reading.stands(thread.reading.name(low), (cite(low),)):
        return "Nothing scored was left below that mark." if thread.reading.scored else ""
    return (
        f"Still on my list: {thread.reading.name(low)}, closed at {figure(low.score or 0.0)}"
        f"{after_tries(low)}."
    )


def _unanswered(thread: Thread) -> str:
    asked = thread.open_question()
    return f"You owe me an answer to this one: {asked.shown}" if asked else ""
