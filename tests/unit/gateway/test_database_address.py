"""Addresses as operators write them."""

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import ArgumentError

from gateway.database_address import async_address, checked_address


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


@pytest.mark.parametrize(
    "written", ["nonsense pass-word", "mysql://u:pass-word@h/d", "postgresql://u:p@h:pass-word/d"]
)
def test_what_a_wrong_setting_says_never_repeats_the_address(written: str) -> None:
    with pytest.raises(ValueError, match="no database of ours") as refused:
        checked_address(SecretStr(written))

    assert "pass-word" not in str(refused.value)


def test_a_good_setting_stays_as_it_was_written() -> None:
    written = SecretStr("postgresql://u:p@h/d")

    assert checked_address(written) is written
