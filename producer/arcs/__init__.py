"""Recorded arcs of our own writing, for the demo and for whoever wants to see an arc file."""

from importlib.resources import files
from pathlib import Path

from producer.errors import ArcFileError


def sample_arc(name: str) -> Path:
    """Return the path of a sample arc by its name, such as "stumbler".

    Raises:
        ArcFileError: there is none of that name; the message lists those there are.
    """
    known = {Path(entry.name).stem: entry for entry in files(__name__).iterdir()}
    known = {stem: entry for stem, entry in known.items() if entry.name.endswith(".jsonl")}
    if name not in known:
        raise ArcFileError(f"no sample arc is named {name!r}; there are {', '.join(sorted(known))}")
    return Path(str(known[name]))
