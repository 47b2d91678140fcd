"""`debrief eval` as a user runs it, and its checks on arcs of real people."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from consumer.commands.arcs import read_arcs
from consumer.commands.eval import Known, review_known
from consumer.commands.review import runs_of
from consumer.evaluation.check_numbers import number_metrics
from consumer.evaluation.check_patterns import pattern_metrics
from consumer.evaluation.check_personas import persona_metrics
from consumer.evaluation.check_quotes import quote_metrics
from consumer.evaluation.truth import RunTruth
from consumer.settings import Settings, load_settings
from consumer.wiring import review_options

REPOSITORY = Path(__file__).resolve().parents[2]
ARCS = 200


def _eval(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DEBRIEF_") and not name.endswith("_API_KEY")
    }
    return subprocess.run(
        [sys.executable, "-m", "consumer", "eval", *arguments],
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )


def _missed(output: str) -> list[dict[str, Any]]:
    return [m for m in json.loads(output)["metrics"] if m["target"] and not m["passed"]]


# A minute's work; the rest is room for a machine with other work to do.
@pytest.mark.timeout(600)
def test_reviews_by_rules_reach_every_target_on_200_arcs(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the extra `eval` is not installed")
    done = _eval("--arcs", str(ARCS), "--format", "json", cwd=tmp_path)

    assert _missed(done.stdout) == []
    assert done.returncode == 0, done.stderr


def test_written_arcs_are_evaluated_from_their_folder(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the extra `eval` is not installed")
    folder = tmp_path / "arcs"
    assert _eval("--write", str(folder), "--arcs", "20", cwd=tmp_path).returncode == 0
    told = _eval(str(folder), cwd=tmp_path)
    assert "quotes verified" in told.stdout, told.stderr

    first = next(folder.glob("eval-*-00011.truth.json"))
    truth = json.loads(first.read_text())
    (run,) = truth["runs"].values()
    run["patterns"], run["best"] = (
        [{"kind": "writing", "name": None, "direction": "improving"}],
        None,
    )
    first.write_text(json.dumps(truth))
    missed = _eval(str(folder), "--format", "json", cwd=tmp_path)
    assert missed.returncode == 1
    assert [m["name"] for m in _missed(missed.stdout)]


def test_a_folder_without_truth_says_what_is_missing(tmp_path: Path) -> None:
    empty = _eval(str(tmp_path), cwd=tmp_path)
    assert (empty.returncode, "no arc (NAME.jsonl" in empty.stderr) == (1, True)
    (tmp_path / "a.jsonl").write_text("")
    bare = _eval(str(tmp_path), cwd=tmp_path)
    assert (bare.returncode, "every arc needs its truth" in bare.stderr) == (1, True)


def test_on_real_arcs_every_quote_and_number_stands_and_nothing_unmeasured_is_claimed(
    real_arcs: list[Path],
) -> None:
    lines, wrong = read_arcs(real_arcs)
    runs, astray = runs_of(lines)
    assert (wrong, astray, len(runs)) == (0, (), len(real_arcs))
    settings = load_settings(Settings, overrides={"reviewers": ("rules",)})
    known = [Known(name=r.arc.trigger.run_id, resolved=r, truth=RunTruth()) for r in runs]
    reviewed, failed = asyncio.run(review_known(settings, known, review_options(settings)))

    assert failed == 0
    measured = (
        *quote_metrics(reviewed),
        *number_metrics(reviewed),
        *persona_metrics(reviewed),
        *(m for m in pattern_metrics(reviewed) if m.name.startswith(("claims", "patterns"))),
    )
    assert [(m.name, m.value) for m in measured if m.passed is False] == []
