"""Recorded arcs: what is read, and how a wrong line is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from producer.arc_files import ArcLine, read_arc_file
from producer.errors import ArcFileError

LINE: dict[str, Any] = {
    "topic": "user.erased",
    "key": "learner-1",
    "value": {
        "event_id": "638316f4-ac90-5f68-bae1-c18b04d8c6c4",
        "occurred_at": "2026-03-14T09:00:00.125Z",
        "user_id": "learner-1",
    },
}


def written(folder: Path, *lines: str) -> Path:
    path = folder / "arc.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def only_error(path: Path) -> str:
    (item,) = read_arc_file(path)
    assert isinstance(item, ArcFileError)
    return str(item)


def test_a_line_is_an_event_and_its_record(tmp_path: Path) -> None:
    line = {**LINE, "headers": {"traceparent": "00-x"}}
    (item,) = read_arc_file(written(tmp_path, json.dumps(line)))

    assert isinstance(item, ArcLine)
    assert (item.name, item.event.occurred_at.microsecond) == ("user_erased", 125_000)
    assert item.record.value is not None
    assert json.loads(item.record.value) == LINE["value"]
    assert (item.record.topic, item.record.key, item.record.offset) == (
        "user.erased",
        b"learner-1",
        1,
    )
    assert item.record.headers == (("traceparent", b"00-x"),)
    assert item.record.timestamp_ms == 1_773_478_800_125


def test_empty_lines_count_but_are_nothing(tmp_path: Path) -> None:
    (item,) = read_arc_file(written(tmp_path, "", "  ", json.dumps(LINE)))

    assert isinstance(item, ArcLine)
    assert item.record.offset == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "does not parse"),
        ("[]", "the line"),
        ('{"topic": "user.erased", "topic": "x"}', "names topic twice"),
        (json.dumps({**LINE, "topic": "nowhere"}), "topic: 'nowhere' is none of"),
        (json.dumps({**LINE, "key": 5}), "key: "),
        (json.dumps({**LINE, "extra": 5}), "extra: "),
        (json.dumps({**LINE, "value": None}), "value: "),
        (json.dumps({**LINE, "value": {**LINE["value"], "user_id": 5}}), "value: user_id: "),
        (json.dumps({**LINE, "value": {**LINE["value"], "x": float("nan")}}), "NaN"),
        (json.dumps({**LINE, "headers": {"a": 1}}), "headers.a: "),
        (json.dumps({"topic": "user.erased", "value": {}}), "key: Field required"),
        ('{"topic":' * 100_000, "nested too deep"),
    ],
)
def test_a_wrong_line_is_told_with_file_line_and_field(
    line: str, said: str, tmp_path: Path
) -> None:
    path = written(tmp_path, line)

    message = only_error(path)

    assert message.startswith(f"{path}:1: ")
    assert said in message


def test_what_follows_a_wrong_line_is_still_read(tmp_path: Path) -> None:
    first, second = read_arc_file(written(tmp_path, "{", json.dumps(LINE)))

    assert (type(first), type(second)) == (ArcFileError, ArcLine)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArcFileError, match=r"missing\.jsonl: No such file"):
        list(read_arc_file(tmp_path / "missing.jsonl"))


def test_the_recorded_arcs_are_sound(real_arcs: list[Path]) -> None:
    for path in real_arcs:
        items = list(read_arc_file(path))

        assert [item for item in items if isinstance(item, ArcFileError)] == []
        assert "scenario_completed" in {i.name for i in items if isinstance(i, ArcLine)}
