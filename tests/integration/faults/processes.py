"""`debrief consume` as a process of its own, to be stopped, frozen and killed; each has its log."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from aiokafka.errors import KafkaError

from tests.integration.faults.consumer_child import consume

PATIENCE_SECONDS: Final = 240.0
_LOOK_SECONDS: Final = 0.1
_FORKING: Final = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload([consume.__module__])


async def until(
    holds: Callable[[], Awaitable[bool] | bool], what: str, *, seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until something is so; a fault test waits long, because machines are busy."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                # A broker that does not answer, a group without a coordinator yet: not so yet.
                with contextlib.suppress(KafkaError):
                    answer = holds()
                    if answer if isinstance(answer, bool) else await answer:
                        return
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"not within {seconds:.0f} s: {what}") from None


class ConsumerProcess:
    """One running `debrief consume`."""

    def __init__(self, environment: Mapping[str, str], *, log: Path, metrics_port: int) -> None:
        self.log = log
        self.metrics_port = metrics_port
        log.touch()
        self._process = _FORKING.Process(target=consume, args=(dict(environment), log))
        self._process.start()
        assert self._process.pid is not None
        self._pid = self._process.pid

    @property
    def running(self) -> bool:
        return self._process.is_alive()

    @property
    def rss_mebibytes(self) -> float:
        """Return how much memory the process has in use."""
        status = Path(f"/proc/{self._pid}/status").read_text(encoding="ascii")
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def said(self, words: str) -> int:
        """Return how often its log holds these words."""
        return self.log.read_text(encoding="utf-8", errors="replace").count(words)

    def tail(self, characters: int = 6000) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-characters:]

    async def ready(self) -> bool:
        """Tell whether `/readyz` says so."""
        return await asyncio.to_thread(self._status, "readyz") == 200

    async def is_red(self) -> bool:
        """Tell whether `/readyz` answers that it is not ready."""
        return await asyncio.to_thread(self._status, "readyz") == 503

    def signal(self, number: signal.Signals) -> None:
        if self.running:
            os.kill(self._pid, number)

    async def ended(self, *, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait for its end and return the exit code (below 0: the signal that killed it)."""
        await until(lambda: not self.running, f"{self.log.name} ends", seconds=seconds)
        assert self._process.exitcode is not None
        return self._process.exitcode

    async def stop(self) -> None:
        """Ask it to stop, as an orchestrator would, and see that it ends well."""
        self.signal(signal.SIGTERM)
        code = await self.ended()
        assert code == 0, f"{self.log.name}: exit {code}"

    async def kill(self) -> None:
        """Kill it without a word."""
        self.signal(signal.SIGKILL)
        await self.ended()

    def _status(self, path: str) -> int:
        try:
            address = f"http://127.0.0.1:{self.metrics_port}/{path}"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
