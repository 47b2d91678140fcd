"""`debrief review` and `debrief demo` as a user runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "producer" / "arcs"
UNMEASURED = {
    "pace",
    "independence",
    "help_avoidance",
    "first_pass",
    "recovery",
    "stuck",
    "calibration",
    "writing",
}


def _debrief(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DEBRIEF_") and not name.endswith("_API_KEY")
    }
    kafka = os.environ.get("DEBRIEF_KAFKA_BOOTSTRAP_SERVERS")
    if kafka:
        environment["DEBRIEF_KAFKA_BOOTSTRAP_SERVERS"] = kafka
    return subprocess.run(
        [sys.executable, "-m", "consumer", *arguments],
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def _reviews(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_the_reviews_beside_the_readme_are_what_the_command_writes(tmp_path: Path) -> None:
    shown = sorted((REPOSITORY / ".github" / "reviews").glob("*.md"))
    arcs = [SAMPLES / f"{path.stem.removeprefix('sample-')}.jsonl" for path in shown]

    done = _debrief(
        "review", *map(str, arcs), "--format", "markdown", "--out", "reviews", cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert len(shown) == 3
    for path in shown:
        written = (tmp_path / "reviews" / path.name).read_text("utf-8")
        assert _undated(path.read_text("utf-8")) == _undated(written), (
            "write them anew, as the README's Development section says"
        )


def _undated(markdown: str) -> list[str]:
    return [line for line in markdown.splitlines() if not line.startswith("- written by rules")]


def test_each_real_arc_is_reviewed_and_nothing_unmeasured_is_claimed(
    real_arcs: list[Path], tmp_path: Path
) -> None:
    done = _debrief("review", *map(str, real_arcs), "--format", "json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    reviews = _reviews(done.stdout)
    assert [review["run_id"] for review in reviews] == [arc.stem for arc in real_arcs]
    for review in reviews:
        claims = {s["kind"]: s["verdict"] for s in review["signals"]}
        assert {claims[kind] for kind in UNMEASURED & claims.keys()} == {"too_little_data"}
        assert not UNMEASURED & {pattern["kind"] for pattern in review["patterns"]}
        assert review["reviewer"] == "rules"
        assert review["status"] == "complete"


@pytest.mark.parametrize(
    ("arc", "kind", "direction"),
    [
        ("stumbler", "recurring_issue", "present"),
        ("quicker", "pace", "improving"),
        ("independent", "independence", "improving"),
    ],
)
def test_a_sample_arc_shows_what_it_was_written_to_show(
    arc: str, kind: str, direction: str, tmp_path: Path
) -> None:
    done = _debrief("review", str(SAMPLES / f"{arc}.jsonl"), "--format", "json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    (review,) = _reviews(done.stdout)
    assert (kind, direction) in {(p["kind"], p["direction"]) for p in review["patterns"]}


def test_an_arc_with_almost_no_data_is_reviewed_without_a_pattern(tmp_path: Path) -> None:
    done = _debrief("review", str(SAMPLES / "sparse.jsonl"), "--format", "json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    (review,) = _reviews(done.stdout)
    assert review["patterns"] == []
    assert review["writing_style"] is None


def test_a_wrong_line_is_named_and_the_run_is_reviewed_without_it(tmp_path: Path) -> None:
    lines = (SAMPLES / "sparse.jsonl").read_text(encoding="utf-8").splitlines()
    wrong = json.loads(lines[2])
    wrong["value"]["attempts"] = -1
    arc = tmp_path / "wrong.jsonl"
    arc.write_text("\n".join([*lines[:2], json.dumps(wrong), *lines[3:]]), encoding="utf-8")

    done = _debrief("review", str(arc), "--format", "json", cwd=tmp_path)

    assert done.returncode == 1
    assert f"{arc}:3: value: attempts" in done.stderr
    (review,) = _reviews(done.stdout)
    assert review["status"] == "partial"
    assert review["coverage"]["objective_rollups"] == {"expected": 2, "seen": 1, "used": 1}


def test_reviews_are_written_one_file_a_run(tmp_path: Path) -> None:
    arc = str(SAMPLES / "sparse.jsonl")

    done = _debrief("review", arc, "--format", "markdown", "--out", "made", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["sample-sparse.md"]


def test_a_wrong_setting_ends_with_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("DEBRIEF_XP_BAND=9\nDEBRIEF_MAX_IN_FLIGHT=0\n", encoding="utf-8")

    done = _debrief("consume", cwd=tmp_path)

    assert done.returncode == 2
    for name in ("DEBRIEF_XP_BAND", "DEBRIEF_MAX_IN_FLIGHT", "GEMINI_API_KEY"):
        assert name in done.stderr


@pytest.mark.kafka
def test_the_demo_shows_progress_and_prints_the_review(tmp_path: Path) -> None:
    done = _debrief("demo", "--once", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("Reviewer: rules (no model key is set")
    assert "reviewing" in done.stderr
    assert "Explain a rise in leakage to the board" in done.stdout
    assert "written by rules" in done.stdout


@pytest.mark.kafka
def test_the_demo_runs_the_real_sdks_against_the_emulator_and_says_so(tmp_path: Path) -> None:
    done = _debrief("demo", "--once", "--latency", "0.1", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No model is behind it." in done.stdout.splitlines()[0]
    assert "emulator-of-" in done.stdout
