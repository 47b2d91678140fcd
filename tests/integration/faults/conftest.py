"""One deployment a case, and a row of the table of all cases (`table`)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.integration.faults.deployment import Deployment, new_prefix
from tests.integration.faults.outside import Outside
from tests.integration.faults.provider import SlowProvider, journal_of, serving
from tests.integration.faults.table import ROW

_DEPLOYMENT: pytest.StashKey[Deployment] = pytest.StashKey()
_FULL_TIMEOUT_SECONDS = 3600

MakeDeployment = Callable[..., Awaitable[Deployment]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only the whole suite shows, and give the whole suite the time it takes."""
    everything = config.getoption("--all-faults")
    here = Path(__file__).parent
    kept = []
    for item in items:
        if everything and item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(_FULL_TIMEOUT_SECONDS))
        if everything or item.get_closest_marker("all_faults") is None:
            kept.append(item)
    left_out = [item for item in items if item not in kept]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.fixture
def scale(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """Return a function of (on every change, in the whole suite)."""
    everything = bool(request.config.getoption("--all-faults"))
    return lambda every_change, whole_suite: whole_suite if everything else every_change


@pytest.fixture
async def deploy(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MakeDeployment]:
    """Return a function that makes the case's deployment: topics, database, provider."""
    async with AsyncExitStack() as stack:

        async def make(
            bootstrap: str,
            *,
            database_url: str | None = None,
            latency_seconds: float = 0.5,
            settings: dict[str, str] | None = None,
            make_topics: bool = True,
            **topics: Any,
        ) -> Deployment:
            url = database_url or f"sqlite+aiosqlite:///{tmp_path / 'debrief.sqlite3'}"
            provider = SlowProvider(journal_of(url), latency_seconds=latency_seconds)
            made = Deployment(
                outside=Outside(bootstrap, new_prefix()),
                database_url=url,
                directory=tmp_path,
                provider=provider,
                provider_address=await stack.enter_async_context(serving(provider)),
                settings=settings or {},
            )
            request.node.stash[_DEPLOYMENT] = made
            stack.push_async_callback(made.close)
            if make_topics:
                await made.make_topics(**topics)
            return made

        yield make


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Put the case's row into its report, and every process's log where the case failed."""
    report = yield
    made = item.stash.get(_DEPLOYMENT, None)
    if made is not None and report.when == "call":
        tally = made.tally
        verdict = "held" if report.passed else report.outcome
        row = (
            item.name.removeprefix("test_"),
            *map(str, (tally.runs, tally.lost, tally.duplicates, tally.repeated)),
            f"{tally.seconds:.0f}",
            f"{verdict}: {tally.note}" if tally.note else verdict,
        )
        report.user_properties.append((ROW, row))
        if report.failed:
            report.sections += [
                (f"{process.log.name}, its end", process.tail()) for process in made.processes
            ]
    return report
