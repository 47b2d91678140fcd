"""Naming: an id that a model wrote, as the faults of its answer may repeat it.

What is told for a repair stands outside the prompt's data channel. An id that the run does not know
could be any words at all, a learner's among them: only what looks like an id is repeated.
"""

import re
from collections.abc import Container
from typing import Final

_ID: Final = re.compile(r"[\w.:/@+-]{1,128}")


def shown_id(written: str, known: Container[str] = ()) -> str:
    """Return the id in quotes, or that it is none; the run's own are `known`, whatever they are."""
    return repr(written) if written in known or _ID.fullmatch(written) else "(no id)"
