"""How Kafka's consumer may be used: aiokafka's traps, looked for in the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# A cancelled poll disables `max_poll_interval_ms` for good, and a seek to what was committed passes
# over partitions without a commit.
NEVER = {"getone", "seek_to_committed"}


def _calls() -> Iterator[tuple[str, ast.AST, str]]:
    """Yield every call of a method: where, what holds it, and the method's name."""
    for package in ("consumer", "producer", "gateway"):
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for parent in ast.walk(tree):
                for node in ast.iter_child_nodes(parent):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                        yield (
                            f"{path.relative_to(REPOSITORY)}:{node.lineno}",
                            parent,
                            node.func.attr,
                        )


def test_nothing_is_called_that_aiokafka_gets_wrong() -> None:
    assert [where for where, _, name in _calls() if name in NEVER] == []


def test_a_poll_is_awaited_by_itself_and_never_cut_short() -> None:
    polls = [(where, parent) for where, parent, name in _calls() if name == "getmany"]
    assert len(polls) >= 5
    assert [where for where, parent in polls if not isinstance(parent, ast.Await)] == []
