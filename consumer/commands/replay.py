"""`debrief replay`: recorded arcs onto the input topics."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from consumer.commands.arcs import read_arcs
from consumer.commands.progress import progress_bar
from consumer.settings import KafkaSettings, load_settings
from producer.arc_files import ArcLine
from producer.replay import replay
from producer.sender import KafkaSender


def run_replay(paths: Sequence[Path], *, rate_per_second: float | None) -> bool:
    """Publish the arcs; True where every line of every file was sound.

    Raises:
        ConfigurationError: no Kafka is configured.
        SendFailedError: a record was not acknowledged.
    """
    settings = load_settings(KafkaSettings)
    lines, wrong = read_arcs(paths)
    asyncio.run(_replay(settings, lines, rate_per_second))
    return wrong == 0


async def _replay(
    settings: KafkaSettings, lines: list[ArcLine], rate_per_second: float | None
) -> None:
    sender = KafkaSender(settings.kafka)
    await sender.start()
    try:
        with progress_bar("replaying", total=len(lines)) as advance:
            await replay(
                lines,
                sender,
                prefix=settings.topic_prefix,
                rate_per_second=rate_per_second,
                on_sent=advance,
            )
    finally:
        await sender.stop()
