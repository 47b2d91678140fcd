"""SIGTERM and SIGINT: the first asks to stop, the second does not wait."""

import asyncio
import os
import signal
from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)
EXIT_SECOND_SIGNAL = 1


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` at the first signal; at the second end the process at once.

    Ending at once loses nothing: whatever was not committed is read again by the next process.
    """
    loop = asyncio.get_running_loop()
    asked = False

    def on_signal(name: str) -> None:
        nonlocal asked
        if asked:
            _log.warning("stopping_at_once", signal=name)
            os._exit(EXIT_SECOND_SIGNAL)
        asked = True
        _log.info("stopping", signal=name)
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number.name)
