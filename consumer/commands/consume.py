"""`debrief consume`: the consumer until a signal ends it."""

import asyncio
import os
import sys
from contextlib import AsyncExitStack

import structlog

from consumer.commands.metrics_server import serving_metrics
from consumer.commands.signals import stop_on_signals
from consumer.errors import ConfigurationError
from consumer.observability import configure_logging
from consumer.settings import KafkaSettings, ReviewJobSettings, Settings, load_settings
from consumer.wiring import Consumer, Jobs
from producer.fault_points import VARIABLE, arm

_log = structlog.get_logger(__name__)


def run_consume(*, ingest: bool, review: bool) -> None:
    """Run the chosen jobs.

    Raises:
        ConfigurationError: with every wrong or missing setting, or for Python's `-O`.
        DebriefError: what no waiting will mend.
    """
    if sys.flags.optimize:
        # aiokafka guards the state of its transactions by assertions, which `-O` takes out.
        raise ConfigurationError(
            ("PYTHONOPTIMIZE, python -O: assertions must stay on; start without it",)
        )
    settings = load_settings(ReviewJobSettings if review else KafkaSettings)
    configure_logging(settings.log_format)
    arm(os.environ.get(VARIABLE, ""))
    asyncio.run(_consume(settings, Jobs(ingest=ingest, review=review)))


async def _consume(settings: Settings, jobs: Jobs) -> None:
    consumer = Consumer(settings, jobs=jobs)
    stop_on_signals(consumer.stop)
    async with AsyncExitStack() as stack:
        if settings.metrics_port is not None:
            await stack.enter_async_context(
                serving_metrics(consumer.health, port=settings.metrics_port)
            )
        _log.info("consumer_starts", jobs=jobs.names, reviewers=settings.reviewers)
        await consumer.run()
    _log.info("consumer_stopped")
