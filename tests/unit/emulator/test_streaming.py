import pytest

from consumer.emulator.faults import Fault
from consumer.emulator.streaming import HANG_SECONDS, STREAMED, TRICKLE_SECONDS, pieces_of

BODY = b'{"answer": 42}'


class Watched:
    def __init__(self) -> None:
        self.slept: list[float] = []
        self.resets = 0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def reset(self) -> None:
        self.resets += 1

    async def first(self, fault: Fault, count: int = 99) -> list[bytes]:
        pieces: list[bytes] = []
        async for piece in pieces_of(fault, BODY, sleep=self.sleep, reset=self.reset):
            pieces.append(piece)
            if len(pieces) == count:
                break
        return pieces


async def test_a_trickle_is_whole_and_slow() -> None:
    watched = Watched()
    assert b"".join(await watched.first(Fault.TRICKLE)) == BODY
    assert watched.slept == [TRICKLE_SECONDS] * len(BODY)


@pytest.mark.parametrize("fault", sorted(STREAMED - {Fault.TRICKLE}))
async def test_everything_else_sends_half_of_it_and_no_more(fault: Fault) -> None:
    pieces = await Watched().first(fault, 5)
    assert b"".join(pieces).strip() == BODY[: len(BODY) // 2]


async def test_a_hang_hangs_inside_the_body() -> None:
    watched = Watched()
    await watched.first(Fault.HANG_IN_BODY)
    assert watched.slept == [HANG_SECONDS]


async def test_a_reset_is_asked_for_once_the_half_is_out() -> None:
    watched = Watched()
    await watched.first(Fault.RESET_IN_BODY)
    assert watched.resets == 1


@pytest.mark.parametrize(("fault", "pause"), [(Fault.ENDLESS, TRICKLE_SECONDS), (Fault.FLOOD, 0)])
async def test_an_endless_body_does_not_end(fault: Fault, pause: float) -> None:
    watched = Watched()
    assert len(await watched.first(fault, 50)) == 50
    assert set(watched.slept) == {pause}
