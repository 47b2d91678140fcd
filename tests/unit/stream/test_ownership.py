"""The order of a takeover is what makes it safe: producer, offset, store, then the work."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from consumer.publication import Publication
from consumer.stream.offset_metadata import CommittedState
from consumer.stream.offsets import Progress
from consumer.stream.ownership import Parts, take_over
from producer.records import OutputRecord
from producer.transactions import ProducerEpoch

PARTITION = TopicPartition("scenario.completed", 0)
STATE = CommittedState(progress=Progress(7), transaction_id="00000000000000f1")


class Steps:
    """A producer, a group's offset and a store that write down in which order they are asked."""

    def __init__(self, *, fails: str = "") -> None:
        self.taken: list[str] = []
        self.fails = fails
        self.owner = ProducerEpoch(producer_id=1, epoch=2)

    def _take(self, step: str) -> None:
        self.taken.append(step)
        if step == self.fails:
            raise KafkaError(step)

    async def start(self) -> None:
        self._take("producer")

    async def stop(self) -> None:
        self.taken.append("producer stopped")

    async def commit(
        self,
        records: Sequence[OutputRecord],
        *,
        offsets: Mapping[TopicPartition, OffsetAndMetadata],
    ) -> None:
        self._take("commit")

    async def committed(self, _partition: TopicPartition) -> CommittedState:
        self._take("offset")
        return STATE

    async def prepare_publications(
        self,
        transaction_id: str,
        *,
        partition: int,
        owner: ProducerEpoch,
        publications: Sequence[Publication],
    ) -> Mapping[str, str]:
        self._take("prepare")
        return {}

    async def erased_publications(self, transaction_id: str) -> tuple[tuple[str, str], ...]:
        self._take("erased")
        return (("run", "user"),)

    async def settle_publications(
        self, transaction_id: str | None, *, partition: int, owner: ProducerEpoch
    ) -> None:
        self._take(f"settle {transaction_id}")

    async def bury(self, erased: Sequence[tuple[str, str]]) -> None:
        self._take("bury")


def _parts(steps: Steps) -> Parts:
    on_erased: Callable[[Sequence[tuple[str, str]]], Awaitable[None]] = steps.bury
    return Parts(
        sender=lambda _: steps,
        committed=steps.committed,
        ledger=steps,
        on_erased=on_erased,
        on_lost=lambda: None,
    )


async def test_the_predecessor_is_fenced_off_before_its_offset_is_read() -> None:
    steps = Steps()
    owned, goes_on = await take_over(PARTITION, _parts(steps), previous=None)
    assert steps.taken == ["producer", "offset", "erased", "bury", "settle 00000000000000f1"]
    assert not goes_on
    assert owned.offsets.read == 7
    await owned.release()


@pytest.mark.parametrize("step", ["offset", "erased", "bury", "settle 00000000000000f1"])
async def test_a_takeover_that_fails_half_way_leaves_no_producer(step: str) -> None:
    steps = Steps(fails=step)
    with pytest.raises(KafkaError):
        await take_over(PARTITION, _parts(steps), previous=None)
    assert steps.taken[-1] == "producer stopped"


async def test_one_who_takes_over_from_itself_lets_the_old_producer_go_first() -> None:
    steps = Steps()
    first, _ = await take_over(PARTITION, _parts(steps), previous=None)
    first.offsets.begin(7)
    steps.taken.clear()
    second, goes_on = await take_over(PARTITION, _parts(steps), previous=first)
    assert steps.taken[:3] == ["producer stopped", "producer", "offset"]
    assert goes_on
    assert second.offsets.running == {7}
    await second.release()
