"""Recorded arcs onto the input topics, in the order of the file."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from producer.arc_files import ArcLine
from producer.records import OutputRecord
from producer.sender import Sender

BATCH_RECORDS = 200


async def replay(
    lines: Sequence[ArcLine],
    sender: Sender,
    *,
    prefix: str,
    rate_per_second: float | None = None,
    on_sent: Callable[[int], None] = lambda _: None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Publish the lines, each acknowledged; `on_sent` is told how many were in each batch.

    Raises:
        SendFailedError: a record was not acknowledged.
    """
    # With a rate, one record a turn, so that the rate holds for short arcs too.
    size = BATCH_RECORDS if rate_per_second is None else 1
    for start in range(0, len(lines), size):
        batch = lines[start : start + size]
        await sender.send([output_of(line, prefix=prefix) for line in batch])
        on_sent(len(batch))
        if rate_per_second is not None:
            await sleep(1 / rate_per_second)


def output_of(line: ArcLine, *, prefix: str) -> OutputRecord:
    """Return the record to publish for a recorded line."""
    record = replace(line.record, topic=prefix + line.record.topic)
    return OutputRecord(
        topic=record.topic, key=record.key, value=record.value, headers=record.headers
    )
