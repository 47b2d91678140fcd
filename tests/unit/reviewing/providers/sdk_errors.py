"""What an SDK can raise."""

import builtins
import importlib
import re
from pathlib import Path

_CLASS = re.compile(r"^\s*class (\w+)\(([^)]*)\):", re.MULTILINE)


def sdk_errors(package: str) -> set[str]:
    """Name every exception class in a package's sources, also in modules nobody has loaded."""
    found: list[tuple[str, set[str]]] = []
    for folder in map(Path, importlib.import_module(package).__path__):
        for path in folder.rglob("*.py"):
            if "tests" in path.relative_to(folder).parts:
                continue
            for name, bases in _CLASS.findall(path.read_text(encoding="utf-8")):
                plain = (base.strip().partition("[")[0] for base in bases.split(","))
                found.append((name, {base.rpartition(".")[2] for base in plain}))
    roots = {
        name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    errors: set[str] = set()
    while True:
        more = {name for name, bases in found if bases & (roots | errors)} - errors
        if not more:
            return errors
        errors |= more
