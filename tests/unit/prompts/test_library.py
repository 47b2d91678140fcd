import hashlib
import re
from importlib import resources

import pytest

from prompts.library import CURRENT, PromptName, UnknownPromptError, load_prompt, prompt_version

NAMES: list[PromptName] = ["shared", "arc", "scoring", "perspective"]


def test_every_call_has_its_text() -> None:
    assert sorted(CURRENT) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_is_the_file_of_its_name_and_version(name: PromptName) -> None:
    prompt = load_prompt(name)
    content = resources.files("prompts").joinpath(f"{name}.v{prompt.version}.md").read_bytes()
    assert prompt.text.encode() == content
    assert prompt.sha256 == hashlib.sha256(content).hexdigest()


def test_the_shared_prefix_is_the_same_for_every_run() -> None:
    assert "$" not in load_prompt("shared").text


@pytest.mark.parametrize("name", ["arc", "scoring", "perspective"])
def test_a_call_is_told_its_language_and_its_marker(name: PromptName) -> None:
    prompt = load_prompt(name)
    assert set(re.findall(r"\$(\w+)", prompt.text)) == {"language", "marker"}
    filled = prompt.fill(language="pt-BR", marker="m4rk")
    assert "pt-BR" in filled
    assert "m4rk" in filled


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        load_prompt("arc").fill(language="en")


def test_an_earlier_text_can_still_be_read() -> None:
    assert load_prompt("shared", 1).text != load_prompt("shared").text


def test_an_unknown_version_is_an_error() -> None:
    with pytest.raises(UnknownPromptError, match=r"arc\.v99"):
        load_prompt("arc", 99)


def test_the_version_names_every_text_and_fits_its_field() -> None:
    version = prompt_version()
    assert re.fullmatch(r"shared\.v4\+arc\.v3\+scoring\.v1\+perspective\.v2@[0-9a-f]{12}", version)
    assert len(version) <= 300
