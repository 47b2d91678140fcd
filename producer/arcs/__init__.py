"""Recorded arcs of our own writing, for the demo and for whoever wants to see an arc file."""

from importlib.resources import files
from pathlib import Path

from producer.errors import ArcFileError


def sample_arcs() -> tuple[Path, ...]:
    """Return the paths of all sample arcs, by name."""
    return tuple(path for _, path in sorted(_known().items()))


def sample_arc(name: str) -> Path:
    """Return the path of a sample arc by its name, such as "stumbler".

    Raises:
        ArcFileError: there is none of that name; the message lists those there are.
    """
    known = _known()
    if name not in known:
        raise ArcFileError(f"no sample arc is named {name!r}; there are {', '.join(sorted(known))}")
    return known[name]


def _known() -> dict[str, Path]:
    entries = (Path(str(entry)) for entry in files(__name__).iterdir())
    return {path.stem: path for path in entries if path.suffix == ".jsonl"}
