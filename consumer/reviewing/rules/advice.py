"""Advice: one step a learner can take against a kind of issue, and how to see that it worked.

Kinds are the platform's own tags, so advice is found by the words in them; a kind without known
words gets a step that starts from what was noted on the learner's own work.
"""

import re
from dataclasses import dataclass
from typing import Final

from consumer.reviewing.rules.wording import kind_words


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do each time, what shows that it worked, and the same in a peer's words."""

    action: str
    check: str
    in_passing: str


_STEPS: Final[tuple[tuple[re.Pattern[str], Step], ...]] = (
    (
        re.compile(r"assum|premise", re.IGNORECASE),
        Step(
            "Before you send a conclusion, write the assumption it stands on as its opening line, "
            "with the name of whoever could confirm it",
            "A reader of your next conclusion names the assumption without having to ask you",
            "put what you take for granted in the first line, and ask one person to knock it over",
        ),
    ),
    (
        re.compile(r"evidence|source|citation|support|unsourced|data", re.IGNORECASE),
        Step(
            "Put the source beside every figure as you write it: table, date and filter",
            "Pick any figure of your next piece: a colleague opens its source unaided",
            "write where a figure comes from right behind it, so that I can open the same thing",
        ),
    ),
    (
        re.compile(r"verif|check|validat|test|recon|quality", re.IGNORECASE),
        Step(
            "Recompute one result by a second route before it leaves you, and note both",
            "The second route stands in your note before anyone else sees the result",
            "get the same number by another road once before you show it to anyone",
        ),
    ),
    (
        re.compile(r"owner|next_?step|follow|action|handover|handoff", re.IGNORECASE),
        Step(
            "End every message that asks for work with one name, one action and one time",
            "Nobody writes back to ask who does it or by when",
            "close each message with who does what by when, and read it aloud once",
        ),
    ),
    (
        re.compile(r"eta|deadline|time|late|estimat", re.IGNORECASE),
        Step(
            "Give the time of your next update in every update, and keep it even without news",
            "Your next update comes at the time you gave for it, news or none",
            "promise a time for the next word instead of a time for the fix",
        ),
    ),
    (
        re.compile(r"impact|customer|user|audience|jargon|tone", re.IGNORECASE),
        Step(
            "Open with what it means for the person who reads it, in words they use themselves",
            "Someone from outside the work retells your opening sentence and gets it right",
            "write the first sentence for a reader in a hurry who knows none of the background",
        ),
    ),
    (
        re.compile(r"scope|creep|priorit", re.IGNORECASE),
        Step(
            "Write what is out before what is in, and agree on it before you begin",
            "Whoever asked for the work has seen the list of what stays out before you start",
            "say out loud what you are leaving out before you start on what is in",
        ),
    ),
    (
        re.compile(r"leading|bias|question|generali", re.IGNORECASE),
        Step(
            "Ask for the last time it happened instead of whether it happens",
            "Each answer you collect next tells of a particular day",
            "turn each yes-or-no question into one about a particular day",
        ),
    ),
    (
        re.compile(r"unclear|vague|ambig|imprecis", re.IGNORECASE),
        Step(
            "Replace each word that can be read in more than one way by a number, a date or a name",
            "Whoever reads your next text says back what you meant, before you explain it",
            "hand your text to someone for a minute and let them say back what you want",
        ),
    ),
)


def step_for(kind: str, *, noted: str = "") -> Step:
    """Return a step against a kind of issue; `noted` is what was last noted on it, in quotes."""
    for pattern, step in _STEPS:
        if pattern.search(kind):
            return step
    words = kind_words(kind)
    own = f"what was noted last, {noted}" if noted else f"the last note on {words}"
    return Step(
        f"Before you hand in the next piece, hold it against {own}, and mend what you find",
        f"Your next objective closes without a mark for {words}",
        "keep the last note on it open beside you and hold the next piece against it",
    )
