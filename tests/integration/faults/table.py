"""The table of all fault cases, printed at the end of a run by whoever gathers the reports."""

import itertools
from typing import Any, Final

# The property of a report that holds its row.
ROW: Final = "fault case"
_HEAD: Final = ("case", "runs", "lost", "duplicates", "repeated calls", "seconds", "verdict")


def write_table(terminal: Any) -> None:
    """Print what an independent reader counted in each case; nothing where no case ran."""
    reports = itertools.chain.from_iterable(terminal.stats.values())
    properties = (getattr(report, "user_properties", ()) for report in reports)
    rows = [row for name, row in itertools.chain.from_iterable(properties) if name == ROW]
    if not rows:
        return
    terminal.section("faults: what an independent read-committed reader counted")
    lines = [_HEAD, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    for line in lines:
        cells = [text.rjust(width) for text, width in zip(line, widths, strict=True)]
        cells[0], cells[-1] = line[0].ljust(widths[0]), line[-1]
        terminal.write_line("  ".join(cells))
