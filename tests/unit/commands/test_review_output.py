"""Where `debrief review` writes: files named after runs, and folders that cannot be made."""

import subprocess
import sys
from pathlib import Path

import pytest

from consumer.commands.review import file_name_of

ARC = Path(__file__).parents[3] / "producer" / "arcs" / "sparse.jsonl"
DEBRIEF = (sys.executable, "-c", "from consumer.cli import main; main()", "review", str(ARC))


@pytest.mark.parametrize("run_id", ["run-1", "..", "a/../b", "語"])
def test_a_file_is_named_after_its_run(run_id: str) -> None:
    name = file_name_of(run_id)
    assert "/" not in name
    assert name in {"run-1", "..", "a%2F..%2Fb", "%E8%AA%9E"}


def test_long_names_are_cut_and_stay_apart() -> None:
    names = {file_name_of("語" * 127 + last) for last in "語文"}
    assert len(names) == 2
    assert all(len(name) == 240 for name in names)


def test_a_folder_that_cannot_be_made_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "folder"
    done = subprocess.run(
        [*DEBRIEF, "--out", str(out)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert f"--out: {out} cannot be made: Not a directory" in done.stderr
