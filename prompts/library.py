"""Library: the prompts' texts by name and version, with their hashes.

A text that was ever shipped stays as it is; a change is a new version beside it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template
from typing import Final, Literal

PromptName = Literal["shared", "arc", "scoring", "perspective"]
CURRENT: Final[Mapping[PromptName, int]] = {
    "shared": 4,
    "arc": 3,
    "scoring": 1,
    "perspective": 2,
}


class UnknownPromptError(LookupError):
    """There is no text of this name and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptText:
    """One prompt as shipped; `sha256` is that of its UTF-8 bytes, in hexadecimal."""

    name: str
    version: int
    text: str
    sha256: str

    def fill(self, **values: str) -> str:
        """Put values in the places that `$name` marks.

        Raises:
            KeyError: a place has no value.
        """
        return Template(self.text).substitute(values)


@cache
def load_prompt(name: PromptName, version: int | None = None) -> PromptText:
    """Read one prompt, by default its current version.

    Raises:
        UnknownPromptError: there is no such text.
    """
    number = CURRENT.get(name, 0) if version is None else version
    file = resources.files("prompts").joinpath(f"{name}.v{number}.md")
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise UnknownPromptError(f"no prompt {name}.v{number}") from error
    return PromptText(
        name=name,
        version=number,
        text=content.decode("utf-8"),
        sha256=hashlib.sha256(content).hexdigest(),
    )


@cache
def prompt_version() -> str:
    """Name the current set as provenance does: versions and a hash over all the texts.

    For example `shared.v4+arc.v3+scoring.v1+perspective.v2@4f6e0c1d2b3a`.
    """
    texts = [load_prompt(name) for name in CURRENT]
    digest = hashlib.sha256("".join(text.sha256 for text in texts).encode()).hexdigest()
    return "+".join(f"{text.name}.v{text.version}" for text in texts) + f"@{digest[:12]}"
