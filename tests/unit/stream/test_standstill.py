import asyncio

from consumer.stream.standstill import StandstillWatch


class StoppedClock(asyncio.SelectorEventLoop):
    """A loop whose time a test moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


def _watched(limit_seconds: float, stand_still_seconds: float) -> list[str]:
    loop = StoppedClock()
    told: list[str] = []

    async def run() -> None:
        done = asyncio.Event()
        with StandstillWatch(limit_seconds, lambda _: told.append("stood still")):
            loop.call_later(1, told.append, "a timer that fell due meanwhile")
            loop.ahead += stand_still_seconds
            loop.call_later(0, done.set)
            await done.wait()
            await asyncio.sleep(0)

    try:
        loop.run_until_complete(run())
    finally:
        loop.close()
    return told


def test_a_standstill_is_told_before_anything_that_fell_due_meanwhile() -> None:
    assert _watched(10, 11) == ["stood still", "a timer that fell due meanwhile"]


def test_a_short_one_is_not_told() -> None:
    assert _watched(10, 9) == ["a timer that fell due meanwhile"]
