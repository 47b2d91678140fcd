"""Advice: one step a learner can take against a kind of issue.

Kinds are the platform's own tags, so advice is found by the words in them; a kind without known
words gets a step that fits any.
"""

import re
from dataclasses import dataclass
from typing import Final

from consumer.reviewing.rules.wording import kind_words


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do each time, as an imperative clause, and the same in a peer's words."""

    action: str
    in_passing: str


_STEPS: Final[tuple[tuple[re.Pattern[str], Step], ...]] = (
    (
        re.compile(r"assum|premise", re.IGNORECASE),
        Step(
            "Before you send a conclusion, write the assumption it stands on as its opening line, "
            "with the name of whoever could confirm it",
            "put what you take for granted in the first line, and ask one person to knock it over",
        ),
    ),
    (
        re.compile(r"evidence|source|citation|support|unsourced|data", re.IGNORECASE),
        Step(
            "Put the source beside every figure as you write it: table, date and filter",
            "write where a figure comes from right behind it, so that I can open the same thing",
        ),
    ),
    (
        re.compile(r"verif|check|validat|test|recon|quality", re.IGNORECASE),
        Step(
            "Recompute one result by a second route before it leaves you, and note both",
            "get the same number by another road once before you show it to anyone",
        ),
    ),
    (
        re.compile(r"owner|next_?step|follow|action|handover|handoff", re.IGNORECASE),
        Step(
            "End every message that asks for work with one name, one action and one time",
            "close each message with who does what by when, and read it aloud once",
        ),
    ),
    (
        re.compile(r"eta|deadline|time|late|estimat", re.IGNORECASE),
        Step(
            "Give the time of your next update in every update, and keep it even without news",
            "promise a time for the next word instead of a time for the fix",
        ),
    ),
    (
        re.compile(r"impact|customer|user|audience|jargon|tone", re.IGNORECASE),
        Step(
            "Open with what it means for the person who reads it, in words they use themselves",
            "write the first sentence for a reader in a hurry who knows none of the background",
        ),
    ),
    (
        re.compile(r"scope|creep|priorit", re.IGNORECASE),
        Step(
            "Write what is out before what is in, and agree on it before you begin",
            "say out loud what you are leaving out before you start on what is in",
        ),
    ),
    (
        re.compile(r"leading|bias|question|generali", re.IGNORECASE),
        Step(
            "Ask for the last time it happened instead of whether it happens",
            "turn each yes-or-no question into one about a particular day",
        ),
    ),
    (
        re.compile(r"unclear|vague|ambig|imprecis", re.IGNORECASE),
        Step(
            "Replace each word that can be read in more than one way by a number, a date or a name",
            "hand your text to someone for a minute and let them say back what you want",
        ),
    ),
)


def step_for(kind: str) -> Step:
    """Return a step against a kind of issue."""
    for pattern, step in _STEPS:
        if pattern.search(kind):
            return step
    words = kind_words(kind)
    return Step(
        f"Before you hand anything in, read it once for nothing but {words}, and mark the spot "
        "where it would be",
        f"read it once before you send it, for {words} and for nothing else",
    )
