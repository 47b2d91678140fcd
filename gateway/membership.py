"""Membership in a list, by SQL whose text is the same however long the list is.

`column IN (?, ?, ?)` is another statement for every length. Each SQLite connection keeps its last
128 prepared statements, and one for four thousand values takes 0.7 MiB: a consumer behind a large
backlog, which asked for ever other lengths, grew by 6 KiB a review.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Text, TypeDecorator, TypeEngine


def is_among(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column of text is one of `values`; false where there are none.

    No value holds the character NUL, as no id of the contract does: SQLite would cut it off there.
    """
    listed = _Elements(bindparam(None, sorted(set(values)), type_=_Strings(), unique=True))
    return column.bool_op("IN")(listed)


class _Strings(TypeDecorator[list[str]]):
    """A list of strings as one parameter: an array on PostgreSQL, JSON text elsewhere."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(String))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _Elements(FunctionElement[str]):
    """The elements of such a list, as the one column of a subquery."""

    inherit_cache = True


@compiles(_Elements)
def _from_json(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({listed}))"  # noqa: S608 - a parameter's place, no value


@compiles(_Elements, "postgresql")
def _from_array(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    return f"(SELECT unnest({listed}))"
