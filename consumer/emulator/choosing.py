"""Choosing: choices that look free and that the same prompt always makes the same way."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from consumer.emulator.reading import Asked

T = TypeVar("T")


def choose(options: Sequence[T], asked: Asked, place: str) -> T:
    """Return one of the options; another `place`, or a repair's longer prompt, draws anew."""
    drawn = hashlib.sha256(f"{place}\0{asked.prompt}".encode()).digest()
    return options[int.from_bytes(drawn[:8]) % len(options)]
