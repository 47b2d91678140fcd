"""What is looked at again and again while a case goes on."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final, Self

from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from tests.integration.faults.deployment import Deployment
from tests.integration.faults.processes import ConsumerProcess

_LOOK_SECONDS: Final = 0.2


class Watch(ABC):
    """Looks five times a second for as long as it is entered; a look that fails fails the case."""

    _task: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait((self._task,))
        if not self._task.cancelled():
            self._task.result()

    async def _watch(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(_LOOK_SECONDS)

    @abstractmethod
    async def _look(self) -> None: ...


class OffsetWatch(Watch):
    """Looks at a group's offsets; `fell` says where one went back."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._highest: dict[TopicPartition, int] = {}
        self.fell: list[str] = []

    async def _look(self) -> None:
        with contextlib.suppress(KafkaError):
            self._compare(await self._deployment.outside.committed(self._deployment.group))

    def _compare(self, committed: Mapping[TopicPartition, int]) -> None:
        for partition, offset in committed.items():
            highest = self._highest.get(partition, -1)
            if offset < highest:
                self.fell.append(f"{partition}: from {highest} to {offset}")
            self._highest[partition] = max(offset, highest)


class MemoryWatch(Watch):
    """Looks at a process's memory: `samples` in MiB, since its work began."""

    def __init__(self, consumer: ConsumerProcess) -> None:
        self._consumer = consumer
        self.samples: list[float] = []

    async def _look(self) -> None:
        if self.samples or self._consumer.said("partition_taken_over"):
            self.samples.append(self._consumer.rss_mebibytes)

    @property
    def base(self) -> float:
        return self.samples[0]

    @property
    def peak(self) -> float:
        return max(self.samples)

    @property
    def early_peak(self) -> float:
        """Return the most of the first half, when the intake was paused several times already."""
        return max(self.samples[: len(self.samples) // 2])

    @property
    def late_peak(self) -> float:
        return max(self.samples[len(self.samples) // 2 :])

    @property
    def told(self) -> str:
        return (
            f"{self.base:.0f} MiB at the start, at the most {self.early_peak:.0f} in the first "
            f"half and {self.late_peak:.0f} in the second"
        )
