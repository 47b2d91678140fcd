import hashlib
from pathlib import Path

import pytest

from consumer.embedded import jars
from consumer.embedded.errors import JarsError
from consumer.embedded.fetch_progress import JarProgress
from consumer.embedded.jars import expected_checksums, kafka_jars, wrong_jars

CONTENT = {"one.jar": b"1", "two.jar": b"22"}
LIST = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}


class Maven:
    """Stands for Maven Central: fills the folder, and counts how often it was asked."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content
        self.asked = 0

    def __call__(self, folder: Path, progress: JarProgress) -> None:
        self.asked += 1
        for name, content in self.content.items():
            (folder / name).write_bytes(content)


@pytest.fixture(autouse=True)
def _short_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "expected_checksums", lambda: LIST)


def test_jars_are_fetched_once(tmp_path: Path) -> None:
    maven = Maven(CONTENT)
    first = kafka_jars(cache=tmp_path, fetch=maven)
    second = kafka_jars(cache=tmp_path, fetch=maven)
    assert first == second
    assert wrong_jars(first, LIST) == []
    assert maven.asked == 1


def test_a_corrupted_cache_is_fetched_again(tmp_path: Path) -> None:
    maven = Maven(CONTENT)
    (kafka_jars(cache=tmp_path, fetch=maven) / "one.jar").write_bytes(b"rotten")
    folder = kafka_jars(cache=tmp_path, fetch=maven)
    assert maven.asked == 2
    assert (folder / "one.jar").read_bytes() == b"1"


def test_jars_with_other_checksums_are_refused_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(JarsError, match=r"two\.jar: wrong checksum"):
        kafka_jars(cache=tmp_path, fetch=Maven({**CONTENT, "two.jar": b"other"}))
    assert not (tmp_path / f"kafka-{jars.KAFKA_VERSION}").exists()


def test_a_jar_that_is_not_on_the_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JarsError, match=r"odd\.jar: not on the list"):
        kafka_jars(cache=tmp_path, fetch=Maven({**CONTENT, "odd.jar": b"?"}))


def test_a_fetch_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken(folder: Path, progress: JarProgress) -> None:
        (folder / "one.jar").write_bytes(b"1")
        raise JarsError("the line went dead")

    with pytest.raises(JarsError, match="went dead"):
        kafka_jars(cache=tmp_path, fetch=broken)
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_the_committed_list_names_the_broker_and_its_logger() -> None:
    names = expected_checksums()
    assert {"kafka_2.13-4.4.0.jar", "slf4j-simple-1.7.36.jar"} <= names.keys()
    assert all(len(checksum) == 64 for checksum in names.values())


def test_the_cache_lies_where_the_user_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert jars.cache_directory() == tmp_path / "debrief"
