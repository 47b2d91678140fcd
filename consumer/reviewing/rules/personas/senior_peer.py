"""The senior peer: how the work was done, with one thing to try. Easy talk among colleagues."""

import re

from consumer.reviewing.rules.advice import step_for
from consumer.reviewing.rules.personas.thread import Thread, is_quotable
from consumer.reviewing.rules.pushes import top_kind
from consumer.reviewing.rules.quotes import Quoted
from consumer.reviewing.rules.reasons import REASON
from consumer.reviewing.rules.wording import count, kind_words, number_word

LISTENS_FOR = re.compile(
    r"\b(?:because|so that|checked|check|compared|tested|tried|measured|query|joined|assum\w+|"
    r"instead|turns out|looked at|noticed|pattern|difference|reason|first|why)\b",
    re.IGNORECASE,
)
_REASONED = re.compile(
    rf"{REASON.pattern}|\b(?:since|otherwise|unless)\b|\bso that\b (?!gives|makes|means|is|was)|"
    r"\w, so (?:i|we|you|it|they|the)\b",
    re.IGNORECASE,
)
# Done by the one who tells it: "I checked the log", "Pulled the rows", not "it was looked at", nor
# "the group we looked at".
_CHECKED = re.compile(
    r"(?:^|[.;:] |\b(?:i|we)(?:['’]ve| have|['’]d| had)? (?:just |also |already )?)"
    r"(?:checked|compared|tested|tried|measured|counted|re-?ran|went through|queried|joined|"
    r"read through|verified|pulled|split|asked|traced|listed|looked (?:at|into|through|up|for) \w)",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:my plan|i plan to|i(?:['’]ll| will|['’]m going to| am going to)|then (?:i|look|check)|"
    r"first .*\bthen\b)",
    re.IGNORECASE,
)
ASKS = (
    "So what would you have had to see to change your mind?",
    "So what did you rule out, and in which order?",
    "So where did you get lucky, and would it hold a second time?",
)


def speak(thread: Thread) -> tuple[str, list[str]]:
    """Return the peer's opening and the sentences that follow, in order of weight."""
    sentences = [_thinking(thread, thread.first)]
    if thread.second is not None:
        sentences.append(_later(thread, thread.second))
    sentences += [_try(thread), _habit(thread), _unanswered(thread)]
    return _method(thread), sentences


def alone(thread: Thread) -> str:
    """Say that the learner never wrote back."""
    said = thread.first.ended if thread.first else ""
    return f"I tossed you {said} You left it lying, so I never saw you think."


def _method(thread: Thread) -> str:
    objectives = thread.reading.arc.objectives
    retried = sum(o.attempts > 1 for o in objectives)
    hints = sum(o.hints for o in objectives)
    if not objectives or not (retried or hints):
        return thread.choose(
            "I only ever look at how a thing gets made, so here is what I noticed while we talked.",
            "Never mind the result for a moment; I want to talk about how you got there.",
        )
    if len(objectives) == 1:
        return (
            f"There's one objective to look at, and its route has {count(hints, 'hint')} and "
            f"{count(objectives[0].attempts, 'attempt')} in it."
        )
    again = "none" if not retried else number_word(retried)
    return thread.choose(
        f"What interests me is how you got there: {again} of {count(len(objectives), 'objective')} "
        f"needed another go, and you opened {count(hints, 'hint')} on the way.",
        f"I don't much mind where the numbers ended; I'm looking at the route, and it has "
        f"{count(hints, 'hint')} and {count(retried, 'second go', 'second goes')} in it.",
        f"Between us, I care about the way there: {count(hints, 'hint')} taken, and "
        f"{count(retried, 'piece')} done over.",
    )


def _thinking(thread: Thread, quoted: Quoted | None) -> str:
    if not is_quotable(quoted) or quoted is None:
        return thread.short(
            quoted,
            said="What I have of your thinking is {words} I can't say much about that.",
            unsaid="You showed me so little of your thinking that I can't say much about it.",
        )
    where, read = thread.where(quoted), _read(thread, quoted)
    return thread.choose(
        f"Take what you wrote me during {where}: {quoted.ended} {read}",
        f"I keep going back to {where}, where you had {quoted.ended} {read}",
        f"Look at this one from {where}: {quoted.ended} {read}",
    )


def _later(thread: Thread, quoted: Quoted) -> str:
    where, read = thread.where(quoted), _read(thread, quoted)
    if thread.first is not None and read == _read(thread, thread.first):
        return thread.choose(
            f"Same hand later, during {where}: {quoted.ended}",
            f"Much the same went on in {where}: {quoted.ended}",
            f"And there it is again in {where}: {quoted.ended}",
        )
    return thread.choose(
        f"Then, during {where}, it's {quoted.ended} {read}",
        f"Come {where}, I get {quoted.ended} {read}",
        f"Now put {quoted.ended} beside it, from {where}. {read}",
    )


def _read(thread: Thread, quoted: Quoted) -> str:
    if not thread.is_understood:
        return "I leave it in your own words."
    if _CHECKED.search(quoted.text) and _REASONED.search(quoted.text):
        return "You had looked before you spoke, and you show me why; that I can pick apart."
    if _CHECKED.search(quoted.text):
        return "You had your hands on it before you spoke."
    if _REASONED.search(quoted.text) and quoted.text.rstrip().endswith("?"):
        return "You tell me what the question is for, so I can answer that and not the words alone."
    if _REASONED.search(quoted.text):
        return "There's a reason next to the claim, so I can argue with the reason."
    return _unfounded(quoted)


def _unfounded(quoted: Quoted) -> str:
    if "?" in quoted.text:
        return "That's a question I can work with, though I'd like to see what you had tried first."
    if _PLANNED.search(quoted.text):
        return "That's a plan I can follow; next to it I'd want the reason for that order."
    return "I believe you, but I can't see what it stands on."


def _try(thread: Thread) -> str:
    kind = top_kind(thread.reading)
    if kind is not None:
        lead = thread.choose("One thing to try", "If you try one thing", "Something to try")
        return f"{lead}, against the {kind_words(kind)}: {step_for(kind).in_passing}."
    objectives = thread.reading.arc.objectives
    if any(o.attempts > 1 for o in objectives):
        return (
            "One thing to try: before another attempt, jot down the single change you're making "
            "and what you expect from it."
        )
    return (
        "One thing to try: say beforehand what you'd have to see to drop the idea, then go and "
        "look for that."
    )


def _habit(thread: Thread) -> str:
    reading = thread.reading
    independence = reading.claims("independence")
    if independence and independence[0].verdict == "improving":
        return (
            "And I did notice you reached for fewer hints as you went; keep making your own start."
        )
    if reading.claims("help_avoidance"):
        return "And ask me sooner; going quiet cost you more than a question would have."
    return ""


def _unanswered(thread: Thread) -> str:
    asked = thread.open_question()
    return f"I'm still curious about this, by the way: {asked.shown}" if asked else ""
