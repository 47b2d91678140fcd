"""Quantifiers: "always", "never" and "most of" are figures too, and no table holds them.

A sentence that says "in every stage" is held against the stages that its evidence lies in. Read are
assertions in English: "so that you never have to guess" asserts nothing.
"""

import re
from typing import Final

from consumer.assembly.clauses import asserted

_UNCOUNTED: Final = re.compile(
    r"\b(?:you|I)(?:['’]ve|['’]d| have| had)? (?:\w+ )?"
    r"(?:always|never|invariably|consistently|constantly|routinely)\b|"
    r"\byou \w+ed\b[^.!?]*\bevery (?:single )?time\b|"
    r"\bevery (?:single )?time (?:\w+ ){1,2}?(?:\w+ed|wrote|said|came|sent|went|did)\b|"
    r"\byou (?:\w+ ){0,2}?(?:\w+ed|got|did|made|took|gave|left|met|wrote|sent|had) "
    r"(?:(?!(?:whether|if|why|how)\b)\w+ )?(?:all|every|everything)\b(?! (?:of )?(?:the )?(?:\d|"
    r"two|three|four|five|six|seven|eight|nine))|"
    r"\A(?:all|every|everything)\b(?! (?:of )?(?:the |your )?(?:\d|two|three|four|five|six|seven|"
    r"eight|nine|stages?\b))|\bnothing you did\b|\bgot nothing right\b|\bnot a single\b|"
    r"\b(?:more|less|over|under) (?:than )?half\b|\ba majority\b|"
    r"\bin (?:most|nearly all|almost all) "
    r"(?:cases|stages|messages|objectives)\b|\b(?:many|few|each) of your\b|\bfor the most part\b|"
    r"\b(?:countless|numerous)\b|"
    r"\b(?:without (?:exception|fail)|at no point|not once)\b|"
    r"\b(?:most|all|none|the bulk|every one|not one) of your\b|"
    r"\b(?:most|the bulk) of (?:them|these|those|it|what)\b|\ball your \w+s\b|"
    r"\bmost of the (?:objectives|tasks|messages|stages|questions|scores|hints|tries|attempts|"
    r"time|run|work)\b|\bthe (?:vast |great )?majority of\b|"
    r"\b(?:nearly|almost) (?:all|every|always|never|none)\b|\b(?:hardly|scarcely) (?:any|ever)\b",
    re.IGNORECASE,
)
_EVERY_STAGE: Final = re.compile(
    r"\b(?:every|all(?: of)? (?:the |your )?(?:\w+ )?) ?stages?\b|\bin each stage\b|"
    r"\bfrom (?:the )?(?:start|beginning|first(?: stage)?) to (?:the )?(?:finish|end|last)\b|"
    r"\bthroughout\b",
    re.IGNORECASE,
)

_REPEATEDLY: Final = re.compile(
    r"\b(?:repeatedly|(?:time and|again and|over and over) again|over and over|often|"
    r"kept (?!back|up|it|the|your|an?\b)\w+ing|(?:several|many) times)\b",
    re.IGNORECASE,
)


def counts_without_figures(text: str) -> bool:
    """Tell whether `text` asserts how often or how many without a figure."""
    return asserted(text, _UNCOUNTED)


def says_every_stage(text: str) -> bool:
    """Tell whether `text` asserts something of every stage of the run."""
    return asserted(text, _EVERY_STAGE)


def says_repeatedly(text: str) -> bool:
    """Tell whether `text` asserts that something happened more than once."""
    return asserted(text, _REPEATEDLY)
