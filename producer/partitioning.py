"""Which partition a user's events go to: Kafka's murmur2, so that any client can tell."""

from typing import Final

_SEED: Final = 0x9747B28C
_MULTIPLIER: Final = 0x5BD1E995
_SHIFT: Final = 24
_MASK: Final = 0xFFFFFFFF
_POSITIVE: Final = 0x7FFFFFFF


def partition_of(user_id: str, partitions: int) -> int:
    """Return the partition of a user among `partitions`, as Kafka's default partitioner does."""
    return (murmur2(user_id.encode()) & _POSITIVE) % partitions


def murmur2(data: bytes) -> int:
    """Return the 32-bit MurmurHash2 of the bytes, unsigned (A. Appleby; Kafka's seed)."""
    length = len(data)
    digest = _SEED ^ length
    whole = length - length % 4
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little")
        word = (word * _MULTIPLIER) & _MASK
        word ^= word >> _SHIFT
        word = (word * _MULTIPLIER) & _MASK
        digest = ((digest * _MULTIPLIER) & _MASK) ^ word
    tail = data[whole:]
    if tail:
        digest ^= int.from_bytes(tail, "little")
        digest = (digest * _MULTIPLIER) & _MASK
    digest ^= digest >> 13
    digest = (digest * _MULTIPLIER) & _MASK
    return digest ^ (digest >> 15)
