"""Show how far fetching the jars has come: a bar for people, two plain lines for logs."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class JarProgress:
    """A context manager that writes to standard error while jars arrive."""

    def __init__(self, *, total: int, version: str) -> None:
        self._console = Console(file=sys.stderr)
        self._title = f"Fetching Apache Kafka {version} (once, about 43 MB)"
        self._total = total
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=self._console,
            )
            self._bar.start()
            self._bar.add_task(self._title, total=self._total)
        else:
            sys.stderr.write(f"{self._title} ...\n")
        return self

    def show(self, count: int) -> None:
        """Say that `count` jars are there."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=min(count, self._total))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            if error is None:
                self.show(self._total)
            self._bar.stop()
        elif error is None:
            sys.stderr.write("Apache Kafka is here.\n")
