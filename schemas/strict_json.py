"""JSON as strictly as a record needs it: UTF-8, no field twice, no NaN, no half characters."""

import json
from typing import Any, Final, NoReturn

from schemas.errors import InvalidEventError, SchemaError, UndecodableError

MAX_NAMED_CHARACTERS: Final = 64


def parse_json(value: bytes) -> Any:
    """Return the JSON value that the bytes are.

    Raises:
        UndecodableError: not UTF-8, not JSON, nested too deep, or a number of absurd length.
        InvalidEventError: an object names a field twice, a number is NaN or infinite by name, or
            a text holds half of a surrogate pair.
    """
    try:
        tree = json.loads(
            value.decode("utf-8"), object_pairs_hook=_unique_pairs, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise UndecodableError("the JSON is not UTF-8") from error
    except RecursionError as error:
        raise UndecodableError("the JSON is nested too deep") from error
    except SchemaError:
        raise
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number is too long"
        raise UndecodableError(f"the JSON does not parse: {reason}") from error
    _refuse_half_characters(tree)
    return tree


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise InvalidEventError(f"a JSON object names {_named(name)} twice")
        made[name] = value
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidEventError(f"{name} is no number in JSON")


def _refuse_half_characters(tree: Any) -> None:
    # An own stack instead of recursion: the depth is the writer's to choose.
    stack: list[tuple[str, Any]] = [("", tree)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict):
            for name, value in node.items():
                stack += [(path, name), (f"{path}.{_named(name)}", value)]
        elif isinstance(node, list):
            stack += [(f"{path}.{index}", value) for index, value in enumerate(node)]
        elif isinstance(node, str) and not _is_whole(node):
            where = path.removeprefix(".") or "a field's name"
            raise InvalidEventError(f"{where}: the text holds half of a surrogate pair")


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _named(name: str) -> str:
    # A field's name is the writer's to choose; only a plain one is worth repeating.
    plain = name.isidentifier() and len(name) <= MAX_NAMED_CHARACTERS and name.isascii()
    return name if plain else "a field"
