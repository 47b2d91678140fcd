"""Recorded arcs onto the topics, in order, at the rate that was asked for."""

import json
from pathlib import Path
from typing import Protocol

import pytest

from producer.arc_files import ArcLine, read_arc_file
from producer.errors import SendFailedError
from producer.records import OutputRecord
from producer.replay import BATCH_RECORDS, replay
from producer.sender import Sender

EVENT = {
    "event_id": "638316f4-ac90-5f68-bae1-c18b04d8c6c4",
    "occurred_at": "2026-03-14T09:00:00.125Z",
}


class Remembering(Sender, Protocol):
    failure: SendFailedError | None
    batches: list[tuple[OutputRecord, ...]]
    records: list[OutputRecord]


@pytest.fixture
def lines(tmp_path: Path) -> list[ArcLine]:
    path = tmp_path / "arc.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(BATCH_RECORDS + 1):
            value = {**EVENT, "user_id": f"u{number}"}
            line = {"topic": "user.erased", "key": f"u{number}", "value": value}
            file.write(json.dumps(line | {"headers": {"n": str(number)}}) + "\n")
    return [item for item in read_arc_file(path) if isinstance(item, ArcLine)]


async def test_all_lines_go_out_in_order(lines: list[ArcLine], sender: Remembering) -> None:
    told: list[int] = []

    await replay(lines, sender, prefix="acme.", on_sent=told.append)

    assert [record.key for record in sender.records] == [line.record.key for line in lines]
    assert {record.topic for record in sender.records} == {"acme.user.erased"}
    assert sender.records[7].headers == (("n", b"7"),)
    assert told == [BATCH_RECORDS, 1]


async def test_a_rate_spaces_the_records(lines: list[ArcLine], sender: Remembering) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await replay(lines[:3], sender, prefix="", rate_per_second=4, sleep=sleep)

    assert (len(sender.batches), slept) == (3, [0.25, 0.25, 0.25])


async def test_a_record_not_acknowledged_ends_the_replay(
    lines: list[ArcLine], sender: Remembering
) -> None:
    sender.failure = SendFailedError("gone")

    with pytest.raises(SendFailedError):
        await replay(lines, sender, prefix="")
