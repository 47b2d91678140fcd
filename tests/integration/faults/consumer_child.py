"""What a forked consumer process runs: the command line's own `debrief consume`.

It is forked from a process that has imported everything already, because a fault test starts many
and importing takes most of their start. `python -m consumer` itself is for the end-to-end tests.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import consumer.commands.consume  # noqa: F401  # imported here, before the fork
from consumer.cli import main


def consume(environment: Mapping[str, str], log: Path) -> None:
    """Become `debrief consume` with this environment, writing to `log`."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    os.chdir(log.parent)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["debrief", "consume"]
    main()
