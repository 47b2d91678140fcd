"""Gathering: the three contexts of one run, read at the same time."""

import asyncio

from consumer.context.records import CONTEXT_KINDS
from consumer.context.resolve import Resolved, resolve
from consumer.context.store import Store
from schemas.events import ScenarioCompleted


async def gather(store: Store, trigger: ScenarioCompleted) -> Resolved:
    """Read objectives, messages and artefacts of the run concurrently and resolve them.

    Raises:
        StoreUnavailableError: the database is away; retry.
    """
    contexts = await asyncio.gather(
        *(store.records_of(trigger.run_id, kind) for kind in CONTEXT_KINDS)
    )
    return resolve(trigger, [record for context in contexts for record in context])
