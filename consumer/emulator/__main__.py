"""The emulator as a process of its own: `python -m consumer.emulator`; SIGTERM or Ctrl-C ends it.

The first line of its output is its address.
"""

import argparse
import asyncio
import signal
import sys

from consumer.emulator.personality import Personality
from consumer.emulator.serving import serve_emulator


async def _serve(*, port: int, latency_seconds: float, personality: Personality) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with serve_emulator(
        port=port, latency_seconds=latency_seconds, personality=personality
    ) as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m consumer.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    parser.add_argument(
        "--personality", type=Personality, choices=list(Personality), default=Personality.CAREFUL
    )
    given = parser.parse_args()
    asyncio.run(
        _serve(port=given.port, latency_seconds=given.latency, personality=given.personality)
    )


if __name__ == "__main__":
    main()
