from pathlib import Path

import pytest

from consumer.evaluation.errors import TruthError
from consumer.evaluation.truth import (
    RunTruth,
    TruePattern,
    Truth,
    Twin,
    read_truth,
    truth_path,
    write_truth,
)

PACE = TruePattern(kind="pace", direction="improving")


def test_truth_is_read_as_it_was_written(tmp_path: Path) -> None:
    arc = tmp_path / "one.two.jsonl"
    truth = Truth(
        runs={
            "r": RunTruth(
                patterns=(PACE,),
                best=(),
                quality={"d1": 0.5},
                canaries={"p1": ("X-1",)},
                twin=Twin(of="one", factor="improved", touches="d1"),
            )
        }
    )
    write_truth(arc, truth)
    assert truth_path(arc).name == "one.two.truth.json"
    assert read_truth(arc) == truth


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    arc = tmp_path / "a.jsonl"
    truth_path(arc).write_text('{"version": 1, "runs": {"r": {}}}')
    run = read_truth(arc).runs["r"]
    assert (run.patterns, run.best, run.above_minimum, run.twin) == ((), None, True, None)


def test_a_missing_truth_names_the_file_it_wants(tmp_path: Path) -> None:
    with pytest.raises(
        TruthError, match=r"a\.truth\.json: No such file.*every arc needs its truth"
    ):
        read_truth(tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "JSON"),
        ('{"version": 2, "runs": {}}', "version"),
        ('{"version": 1, "runs": {"r": {"patterns": [{"kind": "pace"}]}}}', "direction"),
        ('{"version": 1, "runs": {"r": {"pattern": []}}}', r"runs\.r\.pattern"),
    ],
)
def test_a_wrong_truth_says_where(tmp_path: Path, text: str, said: str) -> None:
    arc = tmp_path / "a.jsonl"
    truth_path(arc).write_text(text)
    with pytest.raises(TruthError, match=said):
        read_truth(arc)
