"""Kafka's jars: fetched once from Maven Central, held to a committed list of checksums, cached.

The cache lies in the user's cache directory, never in the source tree. A file lock lets several
processes start at once: one fetches, the others wait and find the jars there.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from consumer.embedded.errors import JarsError
from consumer.embedded.fetch_progress import JarProgress

KAFKA_VERSION: Final = "4.4.0"
ENDPOINT: Final = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
FETCH_SECONDS: Final = 600
_POLL_SECONDS: Final = 0.2
_OUTPUT_TAIL_LINES: Final = 2

Fetch = Callable[[Path, JarProgress], None]


def cache_directory() -> Path:
    """Return where what we fetched is kept: XDG_CACHE_HOME, or ~/.cache, and there `debrief`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "debrief"


def expected_checksums() -> dict[str, str]:
    """Return the committed list: name of each jar to its SHA-256 in hex."""
    name = f"kafka-{KAFKA_VERSION}.sha256"
    text = resources.files("consumer.embedded").joinpath(name).read_text(encoding="utf-8")
    pairs = (line.split() for line in text.splitlines())
    return {name: checksum for checksum, name in pairs}


def kafka_jars(*, cache: Path | None = None, fetch: Fetch | None = None) -> Path:
    """Return the folder that holds exactly Kafka's jars, fetching them where it must.

    A cache whose jars fail their checksums is thrown away and fetched again, once.

    Args:
        cache: where to keep them; by default `cache_directory()`.
        fetch: fills an empty folder with the jars; by default from Maven Central.

    Raises:
        JarsError: they could not be fetched, or what came is not what the list says.
    """
    root = cache or cache_directory()
    expected = expected_checksums()
    target = root / f"kafka-{KAFKA_VERSION}"
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / f"kafka-{KAFKA_VERSION}.lock"):
        if target.is_dir():
            if not wrong_jars(target, expected):
                return target
            shutil.rmtree(target)
        _fill(target, expected, fetch or fetch_from_maven)
    return target


def wrong_jars(folder: Path, expected: Mapping[str, str]) -> list[str]:
    """Return one line for each jar that is missing, changed or not on the list."""
    there = {path.name: path for path in folder.iterdir()}
    problems = [f"{name}: not on the list" for name in there.keys() - expected.keys()]
    for name, checksum in expected.items():
        if name not in there:
            problems.append(f"{name}: missing")
        elif _sha256(there[name]) != checksum:
            problems.append(f"{name}: wrong checksum")
    return sorted(problems)


def _fill(target: Path, expected: Mapping[str, str], fetch: Fetch) -> None:
    # Filled beside its place and renamed into it, so that a killed fetch leaves no half a cache.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetching-") as scratch:
        fresh = Path(scratch) / "jars"
        fresh.mkdir()
        with JarProgress(total=len(expected), version=KAFKA_VERSION) as progress:
            fetch(fresh, progress)
        problems = wrong_jars(fresh, expected)
        if problems:
            raise JarsError(
                f"the fetched jars of Kafka {KAFKA_VERSION} are not the known ones: "
                + "; ".join(problems[:5])
                + (f" and {len(problems) - 5} more" if len(problems) > 5 else "")
            )
        fresh.rename(target)


def fetch_from_maven(folder: Path, progress: JarProgress) -> None:
    """Fill `folder` with Kafka's jars by jgo's own resolver (no Maven, no Java).

    Raises:
        JarsError: jgo failed; the message ends with what it said.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="maven-") as scratch:
        repository, environments = Path(scratch) / "repository", Path(scratch) / "environments"
        repository.mkdir()
        log = Path(scratch) / "jgo.log"
        command = [
            *(sys.executable, "-m", "jgo", "--class-path-only", "--links", "copy"),
            *("--resolver", "python", "--repo-cache", str(repository)),
            *("--cache-dir", str(environments), "info", "envdir", ENDPOINT),
        ]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603  # fixed words, no shell
            status = _watch(process, repository, progress)
        if status != 0:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()
            raise JarsError(
                f"fetching Kafka {KAFKA_VERSION} from Maven Central failed "
                "(is the network reachable?):\n" + "\n".join(tail[-_OUTPUT_TAIL_LINES:])
            )
        for jar in environments.rglob("*.jar"):
            shutil.copyfile(jar, folder / jar.name)


def _watch(process: subprocess.Popen[bytes], repository: Path, progress: JarProgress) -> int:
    waited = 0.0
    try:
        while waited < FETCH_SECONDS:
            try:
                return process.wait(_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                waited += _POLL_SECONDS
                progress.show(sum(1 for _ in repository.rglob("*.jar")))
        raise JarsError(f"fetching Kafka's jars took more than {FETCH_SECONDS} s")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the system lets go of it when we die
        yield
