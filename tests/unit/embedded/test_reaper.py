"""A child process ends with its parent, however that ends, and not before."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from consumer.embedded.reaper import Reaper

ROOT = Path(__file__).resolve().parents[3]
PARENT = """
import os, signal, subprocess, sys
from pathlib import Path
from consumer.embedded.reaper import Reaper
held = int(sys.argv[1])
child = subprocess.Popen(["sleep", "1000"], pass_fds=[held], start_new_session=True)
Reaper(child.pid, folder=Path(sys.argv[2]))
os.close(held)
{end}
"""


@pytest.mark.parametrize("end", ["os._exit(1)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_child_and_its_folder_are_gone_once_their_parent_is(end: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "log").write_text("what a learner wrote", encoding="utf-8")
    mine, childs = os.pipe()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(end=end), str(childs), str(folder)],
        pass_fds=[childs],
        cwd=ROOT,
    )
    os.close(childs)
    parent.wait()

    with os.fdopen(mine, "rb") as pipe:
        assert pipe.read() == b""  # only the child holds the other end, and it would sleep on
    while folder.exists():
        time.sleep(0.05)


def test_one_that_is_dismissed_does_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"]) as child:
        Reaper(child.pid, folder=tmp_path).dismiss()
        assert child.poll() is None
        child.kill()
    assert tmp_path.exists()
