"""Progress bars on standard error: a bar on a terminal, one line at the end elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def progress_bar(what: str, *, total: int) -> Iterator[Callable[[int], None]]:
    """Show how much of `total` is done; the block is given what tells it."""
    console = Console(file=sys.stderr)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        done = 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            progress.update(task, completed=done)

        yield advance
    if not console.is_terminal:
        console.print(f"{what}: {done} of {total}", highlight=False)
