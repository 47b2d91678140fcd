"""What the page must never do, told from its sources."""

import re
from pathlib import Path

import pytest

import gateway

PAGE = Path(gateway.__file__).parent / "page"
OWN = sorted(path for path in PAGE.iterdir() if path.suffix in {".html", ".js", ".css", ".svg"})


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_text_is_ever_parsed_as_markup_or_code(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|DOMParser"
    )
    assert re.findall(forbidden, source) == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    source = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://|@import", source) == []


def test_the_page_has_no_inline_script_style_or_handler() -> None:
    source = (PAGE / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", source) == []


def test_the_chart_library_comes_with_its_licence() -> None:
    assert "Permission is hereby granted" in (PAGE / "vendor" / "uplot-LICENSE").read_text()
    named = re.findall(r"page/vendor/([\w.-]+)", (PAGE / "index.html").read_text())
    assert named
    assert all((PAGE / "vendor" / name).is_file() for name in named)
