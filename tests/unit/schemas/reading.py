"""How tests of the wire write a value, and read what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas.errors import SchemaError, UndecodableError
from schemas.registry import InputName
from schemas.wire import decode

Changed = Callable[..., dict[str, Any]]


class Registry:
    """A registry that knows one schema, under the id 7."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def parsed_schema(self, schema_id: int) -> Any:
        if schema_id != 7:
            raise UndecodableError(f"the registry knows no schema {schema_id}")
        return self._schema


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def refusal(event: InputName, value: bytes | None, **kwargs: Any) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        decode(event, value, **kwargs)
    return caught.value
