"""Standard output that cannot be written: told in a line, where a closed pipe ends quietly.

Commands just write; what fails there, in the middle or when the rest is flushed at the end, is
noticed in this one place.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from consumer.errors import OutputError


class _Telling:
    """A text stream whose failures are OutputErrors; all else is the stream's own."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        if self._stream is None:
            raise OutputError("standard output is closed")
        with self._failures():
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        if self._stream is not None:
            with self._failures():
                self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._give_up()
            if isinstance(error, BrokenPipeError):
                raise  # the reader has had enough, which is no failure to tell of
            told = f"standard output cannot be written: {error.strerror}"
            raise OutputError(told) from error

    def _give_up(self) -> None:
        # Else Python tries, and fails, once more at its end.
        with suppress(io.UnsupportedOperation):
            os.dup2(os.open(os.devnull, os.O_WRONLY), cast("TextIO", self._stream).fileno())


@contextmanager
def telling_output() -> Iterator[None]:
    """Run a command whose standard output may fail, and flush it at the end.

    Raises:
        OutputError: something could not be written.
        SystemExit: the reader closed the pipe: exit code 1 and no word, as is usual.
    """
    before = sys.stdout
    telling = _Telling(before)
    sys.stdout = cast("TextIO", telling)
    try:
        try:
            yield
        finally:
            telling.flush()
    except BrokenPipeError:
        sys.exit(1)
    finally:
        sys.stdout = before
