from typing import Any

import pytest

from consumer.emulator.reading import UnreadableRequestError, read_gemini, read_openai


def test_both_wires_are_read_alike(body: Any) -> None:
    one, other = read_gemini(body("gemini", "scoring"), "g"), read_openai(body("openai", "scoring"))
    assert (one.wire, other.wire) == ("gemini", "openai")
    assert one.call == other.call == "scoring"
    assert one.records == other.records


def test_the_last_persona_of_the_own_channel_names_the_call(body: Any) -> None:
    assert read_openai(body("openai", "perspective")).call == "perspective:boss"


def test_a_repairs_words_after_the_data_change_nothing(body: Any) -> None:
    request = body("openai", "scoring")
    clean = read_openai(request)
    request["input"] += '\n\nAn earlier answer had these faults: ["x"]'
    assert read_openai(request).records == clean.records


@pytest.mark.parametrize(
    "broken", [None, {}, {"contents": [{"parts": [{}]}]}, {"contents": [], "generationConfig": {}}]
)
def test_what_is_no_request_is_said_to_be_none(broken: object) -> None:
    with pytest.raises(UnreadableRequestError):
        read_gemini(broken, "g")


def test_a_prompt_without_data_is_refused(body: Any) -> None:
    request = body("openai", "arc") | {"input": "hello"}
    with pytest.raises(UnreadableRequestError, match="no data channel"):
        read_openai(request)
