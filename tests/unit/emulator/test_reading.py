from collections.abc import Callable
from typing import Any

import pytest

from consumer.emulator.reading import (
    Asked,
    UnreadableRequestError,
    read_chat_completions,
    read_generate_content,
    read_interactions,
    read_responses,
)

READ: dict[str, Callable[[object], Asked]] = {
    "generate_content": lambda body: read_generate_content(body, "g"),
    "interactions": read_interactions,
    "responses": read_responses,
    "chat_completions": read_chat_completions,
}


@pytest.mark.parametrize("interface", READ)
def test_every_interface_is_read_alike(body: Any, interface: str) -> None:
    one = READ[interface](body(interface, "scoring"))
    other = read_responses(body("responses", "scoring"))
    assert (one.interface, one.call) == (interface, "scoring")
    assert one.records == other.records


@pytest.mark.parametrize(
    ("interface", "provider"),
    [
        ("generate_content", "gemini"),
        ("interactions", "gemini"),
        ("responses", "openai"),
        ("chat_completions", "openai"),
    ],
)
def test_an_interface_is_a_providers(body: Any, interface: str, provider: str) -> None:
    assert READ[interface](body(interface, "arc")).provider == provider


def test_the_last_persona_of_the_own_channel_names_the_call(body: Any) -> None:
    assert read_responses(body("responses", "perspective")).call == "perspective:boss"


def test_a_repairs_words_after_the_data_change_nothing(body: Any) -> None:
    request = body("responses", "scoring")
    clean = read_responses(request)
    request["input"] += '\n\nAn earlier answer had these faults: ["x"]'
    assert read_responses(request).records == clean.records


def test_calls_of_one_run_share_their_first_data(body: Any) -> None:
    arc, scoring = (read_responses(body("responses", call)) for call in ("arc", "scoring"))
    assert arc.shared_text == scoring.shared_text


@pytest.mark.parametrize("interface", READ)
@pytest.mark.parametrize(
    "broken", [None, [], {}, {"contents": [{"parts": [{}]}]}, {"messages": [{}], "input": 3}]
)
def test_what_is_no_request_is_said_to_be_none(interface: str, broken: object) -> None:
    with pytest.raises(UnreadableRequestError):
        READ[interface](broken)


@pytest.mark.parametrize("interface", READ)
def test_a_prompt_without_data_is_refused(body: Any, interface: str) -> None:
    with pytest.raises(UnreadableRequestError, match="no data channel"):
        READ[interface](body(interface, "arc", "hello"))


@pytest.mark.parametrize("interface", ["interactions", "responses"])
@pytest.mark.parametrize("stored", [{}, {"store": True}])
def test_a_request_that_the_service_would_keep_is_refused(
    body: Any, interface: str, stored: dict[str, bool]
) -> None:
    request = {k: v for k, v in body(interface, "arc").items() if k != "store"} | stored
    with pytest.raises(UnreadableRequestError, match="must not be kept"):
        READ[interface](request)
