"""Every command's standard output: a full disk is told in a line, a closed pipe ends quietly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ARC = Path(__file__).parents[3] / "producer" / "arcs" / "sparse.jsonl"
DEBRIEF = (sys.executable, "-c", "from consumer.cli import main; main()")
COMMANDS = (
    ("review", "--format", "json", str(ARC)),
    ("token", "user-1"),
    ("doctor",),
    ("dlq", "list", "--help"),
    ("--version",),
)


def _run(command: tuple[str, ...], out: int) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DEBRIEF_REVIEWERS": "rules",
        "DEBRIEF_JWT_SECRET": "of a test and of nothing else at all",
        "DEBRIEF_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    }
    return subprocess.run(
        [*DEBRIEF, *command],
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=environment,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_an_output_that_takes_no_more_is_told_in_a_line(command: tuple[str, ...]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = _run(command, full.fileno())
    assert done.returncode == 1
    told = "debrief: standard output cannot be written: No space left on device"
    assert done.stderr.splitlines()[-1] == told
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_a_reader_who_has_had_enough_is_no_failure_to_tell_of(command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = _run(command, writing)
    finally:
        os.close(writing)
    assert done.returncode == 1
    assert "standard output" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_an_output_that_was_closed_before_is_told_in_a_line() -> None:
    command = [*DEBRIEF, "--version"]
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" >&-', "sh", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "debrief: standard output is closed\n"
