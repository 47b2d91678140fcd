"""Reaper: what ends a child process once this program is gone, however it went.

A broker has a session of its own, so that Ctrl-C at the terminal reaches us first; a program that
is killed, or ends at once at a second Ctrl-C, could end it no more. So a shell waits beside it for
the end of a pipe whose other end only this program holds: the kernel closes it in every case.
"""

import subprocess
from pathlib import Path
from typing import Final

# Told by the pipe's end. The pause is for what the killed one still had open in the folder.
_SCRIPT: Final = 'read -r _; kill -9 "$1"; [ -z "$2" ] || { sleep 1; rm -rf -- "$2"; }'


class Reaper:
    """Kills the process `pid`, and removes `folder` where one is given, once we are gone."""

    def __init__(self, pid: int, *, folder: Path | None = None) -> None:
        command = ["sh", "-c", _SCRIPT, "reaper", str(pid), str(folder or "")]
        self._process = subprocess.Popen(  # noqa: S603  # fixed words; the shell runs ours alone
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Let it go, doing nothing: what it watched has ended, and its id may be another's."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
