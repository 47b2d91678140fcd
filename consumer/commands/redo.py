"""`debrief redo`: a new revision of a published run, on purpose.

The request stands in the store, and the consumer that owns the run's partition finds it there:
nothing is written to an input topic, where it would be taken for the platform's own.
"""

import asyncio
import sys
from typing import Final

from rich.console import Console

from consumer.context.store import Run, Store, open_store
from consumer.errors import DebriefError
from consumer.settings import Settings, load_settings

POLL_SECONDS: Final = 0.5


class RedoError(DebriefError):
    """There is no new revision, or none yet; the message says why."""


def run_redo(run_id: str, *, wait_seconds: float | None) -> None:
    """Ask for the revision and wait until it is published; `wait_seconds` None: only ask.

    Raises:
        RedoError: the run is not known or not published yet, or its revision did not come.
        StoreError: the store is away.
    """
    settings = load_settings(Settings)
    asyncio.run(_redo(settings.database_url.get_secret_value(), run_id, wait_seconds))


async def _redo(database_url: str, run_id: str, wait_seconds: float | None) -> None:
    store = open_store(database_url)
    try:
        await store.prepare()
        run = await store.want_revision(run_id)
        if run is None:
            raise RedoError(
                f"run {run_id!r} is not in the store: was it triggered, and is "
                "DEBRIEF_DATABASE_URL the consumer's own?"
            )
        if run.revision == 0:
            raise RedoError(f"run {run_id!r} has no published review yet: there is none to redo")
        if wait_seconds is None:
            sys.stdout.write(f"asked for a new revision of {run_id}\n")
            return
        done = await _published(store, run, wait_seconds)
    finally:
        await store.close()
    sys.stdout.write(f"revision {done.revision} of {run_id} is published ({done.status})\n")


async def _published(store: Store, asked: Run, wait_seconds: float) -> Run:
    run_id, wanted = asked.trigger.run_id, asked.wanted_revision
    loop = asyncio.get_running_loop()
    until = loop.time() + wait_seconds
    with Console(file=sys.stderr).status(f"waiting for revision {wanted} of {run_id}"):
        while loop.time() < until:
            run = await store.run(run_id)
            if run is None:
                raise RedoError(f"run {run_id!r} was erased meanwhile")
            # One that was under way when this was asked for is not it: then the next is wanted.
            wanted = max(wanted, run.wanted_revision)
            if run.revision >= wanted:
                return run
            if run.wanted_revision < wanted:
                raise RedoError(
                    f"revision {wanted} of {run_id!r} could not be written: the consumer's log "
                    "says why (revisit_given_up); the review that stands goes on standing"
                )
            await asyncio.sleep(POLL_SECONDS)
    raise RedoError(
        f"revision {wanted} of {run_id!r} is not there after {wait_seconds:g} s. The request "
        "stands: is a `debrief consume` running, and do its models answer?"
    )
