"""Gathering: the three contexts of one run, read at the same time."""

import asyncio

from consumer.context.records import CONTEXT_KINDS, ContextRecord
from consumer.context.resolve import Resolved, resolve
from consumer.context.store import Store
from schemas.events import ScenarioCompleted


async def gather(store: Store, trigger: ScenarioCompleted) -> Resolved:
    """Read objectives, messages and artefacts of the run concurrently and resolve them.

    Raises:
        StoreUnavailableError: the database is away; retry.
    """
    # All three are waited for even where one fails, so that none outlives this call.
    contexts = await asyncio.gather(
        *(store.records_of(trigger.run_id, kind) for kind in CONTEXT_KINDS), return_exceptions=True
    )
    records: list[ContextRecord] = []
    for context in contexts:
        if isinstance(context, BaseException):
            raise context
        records += context
    return resolve(trigger, records)
