"""Markup: prose is plain text, without tags, links or marks of Markdown."""

import re
from typing import Final

_MARKUP: Final = re.compile(
    r"https?://|\bwww\.|\]\(|</?[a-z!][^<>]*>|\*\*|```|\A\s*(?:#{1,6}|[-*•]) |"
    r"\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b",
    re.IGNORECASE,
)


def has_markup(text: str) -> bool:
    """Tell whether `text`, which should be without its quotations, has markup or a link."""
    return bool(_MARKUP.search(text))
