"""Addresses as operators write them."""

import pytest
from sqlalchemy.exc import ArgumentError

from gateway.database_address import async_address


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("sqlite:////srv/a.db", "sqlite+aiosqlite:////srv/a.db"),
        ("sqlite+aiosqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("postgres://u:p%40@h:1/d", "postgresql+asyncpg://u:p%40@h:1/d"),
        ("postgresql://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql://u@h/d?sslmode=require", "postgresql+asyncpg://u@h/d?ssl=require"),
        ("postgresql://u@/d?host=%2Frun%2Fpg", "postgresql+asyncpg://u@/d?host=%2Frun%2Fpg"),
    ],
)
def test_an_address_gets_its_async_driver(written: str, read: str) -> None:
    assert async_address(written).render_as_string(hide_password=False) == read


@pytest.mark.parametrize(
    "written",
    ["", "a.db", "mysql://h/d", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg://h/d"],
)
def test_an_address_of_no_database_we_know_is_refused(written: str) -> None:
    with pytest.raises(ArgumentError):
        async_address(written)
