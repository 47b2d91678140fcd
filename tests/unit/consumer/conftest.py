"""A pipeline on a fresh store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consumer.context.store import open_store
from tests.unit.consumer.pipeline_world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    await store.prepare()
    yield World(store)
    await store.close()
