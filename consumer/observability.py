"""How the consumer logs: an event name and key-values, for people or for machines.

Learner text, prompts and tokens are never given to a logger; this module cannot tell them from
other words, so that is each caller's duty.
"""

import logging
import sys
from typing import Literal

import structlog


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
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These report each request or each broker hiccup at a level that would drown ours.
    for noisy in ("aiokafka", "httpx2", "google_genai", "openai", "alembic", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
