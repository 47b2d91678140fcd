"""Reading recorded arcs for a command: every wrong line is told, the others go on."""

import sys
from collections.abc import Iterable
from pathlib import Path

from producer.arc_files import ArcLine, read_arc_file
from producer.errors import ArcFileError


def read_arcs(paths: Iterable[Path]) -> tuple[list[ArcLine], int]:
    """Return the sound lines of the files in order, and how many lines or files were not."""
    lines: list[ArcLine] = []
    wrong = 0
    for path in paths:
        try:
            for line in read_arc_file(path):
                if isinstance(line, ArcFileError):
                    wrong += 1
                    sys.stderr.write(f"debrief: {line}\n")
                else:
                    lines.append(line)
        except ArcFileError as error:
            wrong += 1
            sys.stderr.write(f"debrief: {error}\n")
    return lines, wrong
