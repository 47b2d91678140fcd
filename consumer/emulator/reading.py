"""Reading: what a request asks for, read from the prompt's own data channel as a model would."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

Provider = Literal["gemini", "openai"]
Interface = Literal["generate_content", "interactions", "responses", "chat_completions"]
Record = Mapping[str, Any]

_CHANNEL = re.compile(r"^BEGIN (\S+)\n(.*?)^END \1$", re.MULTILINE | re.DOTALL)
_CALL_OF_PROPERTY: Final = {"headline": "arc", "dimensions": "scoring", "text": "perspective"}


class UnreadableRequestError(ValueError):
    """The body is no request of this wire, or its prompt holds no data channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: which call, and the records that its prompt holds, in order.

    `call` is `arc`, `scoring` or `perspective:<persona_id>`; `prompt` is all the text sent;
    `shared_text` is the data that every call of one run is shown alike.
    """

    interface: Interface
    call: str
    model: str
    prompt: str
    shared_text: str
    records: tuple[Record, ...]
    own_records: tuple[Record, ...]

    @property
    def provider(self) -> Provider:
        """Return whose interface was asked."""
        return "gemini" if self.interface in ("generate_content", "interactions") else "openai"

    @property
    def emulated_model(self) -> str:
        """Return the model's name as replies give it."""
        return f"emulator-of-{self.model}"

    def of(self, record: str) -> tuple[Record, ...]:
        """Return the records of one sort."""
        return tuple(r for r in self.records if r.get("record") == record)


def read_generate_content(body: object, model: str) -> Asked:
    """Read a `generateContent` body.

    Raises:
        UnreadableRequestError: it is none, or its prompt holds no data channel.
    """
    with _reading("generateContent"):
        fields = _mapping(body)
        parts = [part for content in fields["contents"] for part in content["parts"]]
        schema = _mapping(_mapping(fields["generationConfig"])["responseJsonSchema"])
        prompt = "\n".join(str(part["text"]) for part in parts)
    return _asked("generate_content", prompt, schema, model)


def read_interactions(body: object) -> Asked:
    """Read a body of `POST /interactions`.

    Raises:
        UnreadableRequestError: it is none, it would be stored, or its prompt holds no data channel.
    """
    with _reading("interactions"):
        fields = _mapping(body)
        schema = _mapping(_mapping(fields["response_format"])["schema"])
        prompt, model = str(fields["input"]), str(fields["model"])
    _must_not_be_stored(fields)
    return _asked("interactions", prompt, schema, model)


def read_responses(body: object) -> Asked:
    """Read a body of `POST /responses`.

    Raises:
        UnreadableRequestError: it is none, it would be stored, or its prompt holds no data channel.
    """
    with _reading("responses"):
        fields = _mapping(body)
        schema = _mapping(_mapping(_mapping(fields["text"])["format"])["schema"])
        prompt, model = str(fields["input"]), str(fields["model"])
    _must_not_be_stored(fields)
    return _asked("responses", prompt, schema, model)


def read_chat_completions(body: object) -> Asked:
    """Read a body of `POST /chat/completions`.

    Raises:
        UnreadableRequestError: it is none, or its prompt holds no data channel.
    """
    with _reading("chat completions"):
        fields = _mapping(body)
        form = _mapping(_mapping(fields["response_format"])["json_schema"])
        schema, model = _mapping(form["schema"]), str(fields["model"])
        prompt = "\n".join(str(m["content"]) for m in fields["messages"] if m["role"] == "user")
    return _asked("chat_completions", prompt, schema, model)


def _must_not_be_stored(fields: Mapping[str, Any]) -> None:
    if fields.get("store") is not False:
        raise UnreadableRequestError("store is true by default: learners' text must not be kept")


@contextmanager
def _reading(what: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError) as error:
        raise UnreadableRequestError(f"no {what} request with a schema") from error


def _asked(interface: Interface, prompt: str, schema: Mapping[str, Any], model: str) -> Asked:
    call = next((c for p, c in _CALL_OF_PROPERTY.items() if p in schema.get("properties", {})), "")
    texts = [match.group(2) for match in _CHANNEL.finditer(prompt)]
    if not call or len(texts) < 2:
        raise UnreadableRequestError("the prompt holds no data channel")
    channels = [tuple(_records(text)) for text in texts]
    own = channels[1]
    if call == "perspective":
        persona = next((r for r in reversed(own) if r.get("record") == "persona"), {})
        call = f"perspective:{persona.get('persona_id', '')}"
    return Asked(
        interface=interface,
        call=call,
        model=model,
        prompt=prompt,
        shared_text=texts[0],
        records=tuple(record for channel in channels for record in channel),
        own_records=own,
    )


def _records(lines: str) -> Iterator[Record]:
    for line in lines.split("\n"):
        try:
            record = json.loads(line) if line else None
        except ValueError as error:
            raise UnreadableRequestError("a data line is no JSON") from error
        if isinstance(record, dict):
            yield record


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("an object is needed")
    return value
