"""The partition of a user is the one that any Kafka client would choose."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from hypothesis import given, settings
from hypothesis import strategies as st

from producer.partitioning import murmur2, partition_of


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_the_hash_is_kafkas(text: str, signed: int) -> None:
    # The vectors of org.apache.kafka.common.utils.UtilsTest, which are signed.
    assert murmur2(text.encode()) == signed % 2**32


@settings(deadline=None)
@given(data=st.binary(max_size=40))
def test_the_hash_is_aiokafkas(data: bytes) -> None:
    assert murmur2(data) == murmur2_of_aiokafka(data) % 2**32


@settings(deadline=None)
@given(
    user=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    partitions=st.integers(1, 50),
)
def test_the_partition_is_the_default_partitioners(user: str, partitions: int) -> None:
    every = list(range(partitions))

    assert partition_of(user, partitions) == DefaultPartitioner()(user.encode(), every, every)
