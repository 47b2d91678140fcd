"""How the consumer logs: an event name and key-values, for people or for machines.

Learner text, prompts and tokens are never given to a logger; this module cannot tell them from
other words, so that is each caller's duty.
"""

import logging
import math
import re
import sys
import time
from collections.abc import Callable
from typing import Final, Literal

import structlog

REPEAT_SECONDS: Final = 30.0
REPEATS_REMEMBERED: Final = 64
# Where an object stands in memory is no part of what is complained of.
_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")


class Repeated(logging.Filter):
    """Lets the same complaint of a library through once in 30 s and tells how many were left out.

    While a broker is away aiokafka complains seventy times a second. The same words of another
    broker or topic are another complaint. No more than 64 different ones are told in 30 s, and no
    more are remembered: words that never come twice the same would fill the disk, too.
    """

    def __init__(self, library: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._library = library
        self._clock = clock
        # In the order they were told in: when, and how often each was left out since.
        self._told: dict[tuple[str, str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is written; ours and other libraries' always are."""
        if record.name.partition(".")[0] != self._library:
            return True
        now = self._clock()
        complaint = (record.name, str(record.msg), _ADDRESS.sub("", str(record.args)))
        told_at, left_out = self._told.get(complaint, (-math.inf, 0))
        if now - told_at < REPEAT_SECONDS:
            self._told[complaint] = (told_at, left_out + 1)
            return False
        self._told.pop(complaint, None)
        if len(self._told) >= REPEATS_REMEMBERED and not self._forget_one(now):
            return False
        self._told[complaint] = (now, 0)
        if left_out:
            record.msg = f"{record.msg} (and {left_out} times more in between)"
        return True

    def _forget_one(self, now: float) -> bool:
        oldest = next(iter(self._told))
        is_over = now - self._told[oldest][0] >= REPEAT_SECONDS
        if is_over:
            del self._told[oldest]
        return is_over


def configure_logging(log_format: Literal["console", "json"], *, level: int = logging.INFO) -> None:
    """Send every log line, ours and the libraries', to standard error in one form."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    handler.addFilter(Repeated("aiokafka"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These report each request or each broker hiccup at a level that would drown ours.
    for noisy in ("aiokafka", "httpx2", "google_genai", "openai", "alembic", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
