"""Database addresses as operators write them, and as SQLAlchemy's async drivers want them."""

from typing import Annotated, Final

from pydantic import AfterValidator, SecretStr
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

DEFAULT_DATABASE_URL: Final = "sqlite+aiosqlite:///debrief.sqlite3"

_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def async_address(database_url: str) -> URL:
    """Return the address with its async driver, and libpq's `sslmode` by asyncpg's name.

    Raises:
        ArgumentError: the address is neither SQLite's nor PostgreSQL's, or names no file.
    """
    address = make_url(database_url)
    driver = _DRIVERS.get(address.drivername)
    if driver is None:
        raise ArgumentError(
            f"{address.drivername!r} is no database Debrief knows: use sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME"
        )
    if driver.startswith("sqlite") and address.database in {None, "", ":memory:"}:
        # Each pooled connection would see an empty database of its own.
        raise ArgumentError("SQLite needs a file here: sqlite:///FILE")
    address = address.set(drivername=driver)
    mode = address.query.get("sslmode")
    if mode is not None and driver.startswith("postgresql"):
        address = address.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return address


def checked_address(database_url: SecretStr) -> SecretStr:
    """Return an address as it is; raises ValueError, never with its words: one may be a password.

    For settings; `async_address` is what reads it.
    """
    try:
        async_address(database_url.get_secret_value())
    except (ArgumentError, ValueError):
        raise ValueError(
            "is no database of ours: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        ) from None
    return database_url


DatabaseAddress = Annotated[SecretStr, AfterValidator(checked_address)]
