"""One Apache Kafka node in KRaft mode, as a child process on loopback.

All blocking work is in plain methods (`start`, `stop`, `kill`), so that a test fixture can use
them; `async with EmbeddedKafka()` runs them in a thread.
"""

import asyncio
import contextlib
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from consumer.embedded.errors import BrokerError
from consumer.embedded.jars import kafka_jars
from consumer.embedded.java import find_java
from consumer.embedded.properties import server_properties
from consumer.embedded.reaper import Reaper

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
PORT_TRIES: Final = 3
LOG_TAIL_LINES: Final = 20
_POLL_SECONDS: Final = 0.1
_HEAP: Final = ("-Xms64m", "-Xmx256m", "-XX:MaxDirectMemorySize=128m")
_QUICK: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOG_LEVEL: Final = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"


class EmbeddedKafka:
    """A broker and controller in one Java process.

    It keeps its port and its data over `stop` or `kill` and a new `start`; `close` ends it for
    good and removes a data folder that it made itself, as does the end of this program.

    Args:
        data_directory: where logs are kept; by default a temporary folder.
        java: the `java` to run; by default `find_java()`.
        jars: the folder of Kafka's jars; by default `kafka_jars()`.
        overrides: more broker settings, by their Kafka names.
        ports: of the broker and of the controller; by default two free ones.
        cluster_id: 22 hexadecimal digits; nodes of one cluster share it. By default a new one.
    """

    def __init__(
        self,
        *,
        data_directory: Path | None = None,
        java: Path | None = None,
        jars: Path | None = None,
        overrides: Mapping[str, str] | None = None,
        ports: tuple[int, int] | None = None,
        cluster_id: str | None = None,
    ) -> None:
        self._given_directory = data_directory
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._directory: Path | None = data_directory
        self._java = java
        self._jars = jars
        self._overrides = dict(overrides or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._reaper: Reaper | None = None
        self._ports_are_given = ports is not None
        self._port, self._controller_port = ports or free_ports()
        # Hexadecimal, because an id that starts with a dash would be read as an option.
        self._cluster_id = cluster_id or uuid.uuid4().hex[:22]

    @property
    def bootstrap_servers(self) -> str:
        """Return the address to give to clients."""
        return f"{HOST}:{self._port}"

    @property
    def running(self) -> bool:
        """Tell whether the broker's process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Format on the first start, start the broker and wait until it answers. Blocks.

        Raises:
            EmbeddedKafkaError: no Java, no jars, or the broker did not come up.
        """
        if self.running:
            return
        self._java = self._java or find_java()
        self._jars = self._jars or kafka_jars()
        self._prepare()
        for attempt in range(1, PORT_TRIES + 1):
            try:
                self._launch()
            except BrokerError:
                # Another program may have taken the port between our choice and its use. A broker
                # that clients already know cannot move, so this is for the first start only.
                fixed = self._ports_are_given or self._formatted
                if attempt == PORT_TRIES or fixed or not self._port_was_taken():
                    raise
                self._port, self._controller_port = free_ports()
            else:
                self._mark_formatted()
                return

    def stop(self) -> None:
        """Ask the broker to stop, and kill it when it does not. Blocks; data and port stay."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Kill the broker at once, as a crash would. Data and port stay."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process = None
        if self._reaper is not None:
            self._reaper.dismiss()
            self._reaper = None

    def close(self) -> None:
        """Kill the broker and remove the temporary data. Blocks."""
        self.kill()
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None
            self._directory = self._given_directory

    def log_tail(self, lines: int = LOG_TAIL_LINES) -> str:
        """Return the last lines the broker wrote."""
        try:
            text = self._log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    async def __aenter__(self) -> Self:
        try:
            await asyncio.to_thread(self.start)
        except BaseException:
            await asyncio.to_thread(self.close)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.shield(asyncio.to_thread(self.close))

    @property
    def _home(self) -> Path:
        if self._directory is None:
            self._temporary = tempfile.TemporaryDirectory(
                prefix="debrief-kafka-", ignore_cleanup_errors=True
            )
            self._directory = Path(self._temporary.name)
        return self._directory

    @property
    def _log(self) -> Path:
        return self._home / "broker.log"

    @property
    def _formatted(self) -> bool:
        return (self._home / "formatted").exists()

    def _mark_formatted(self) -> None:
        (self._home / "formatted").touch()

    def _prepare(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        self._write_properties()
        if (self._home / "logs" / "meta.properties").exists():
            return
        command = self._command("-Xmx64m", main="kafka.tools.StorageTool")
        command += ["format", "-t", self._cluster_id, "-c", str(self._properties)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words, no shell
        if done.returncode != 0:
            raise BrokerError(f"formatting Kafka's storage failed:\n{done.stdout}{done.stderr}")

    @property
    def _properties(self) -> Path:
        return self._home / "server.properties"

    def _write_properties(self) -> None:
        text = server_properties(
            host=HOST,
            port=self._port,
            controller_port=self._controller_port,
            log_directory=str(self._home / "logs"),
            overrides=self._overrides,
        )
        self._properties.write_text(text, encoding="utf-8")

    def _command(self, *options: str, main: str) -> list[str]:
        return [str(self._java), *options, _LOG_LEVEL, "-cp", f"{self._jars}/*", main]

    def _launch(self) -> None:
        self._write_properties()
        command = [*self._command(*_HEAP, *_QUICK, main="kafka.Kafka"), str(self._properties)]
        with self._log.open("ab") as log:
            # A session of its own: Ctrl-C at the terminal must reach us first, not the broker.
            self._process = subprocess.Popen(  # noqa: S603  # fixed words, no shell
                command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        own = None if self._temporary is None else Path(self._temporary.name)
        self._reaper = Reaper(self._process.pid, folder=own)
        try:
            self._await_answer()
        except BaseException:
            self.kill()
            raise

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.running:
                raise BrokerError(f"Kafka died while it started; its log ends:\n{self.log_tail()}")
            if asyncio.run(_answers(self.bootstrap_servers)):
                return
            time.sleep(_POLL_SECONDS)
        raise BrokerError(
            f"Kafka did not answer within {START_SECONDS:.0f} s; its log ends:\n{self.log_tail()}"
        )

    def _port_was_taken(self) -> bool:
        return "Address already in use" in self.log_tail(200)


async def _answers(bootstrap_servers: str) -> bool:
    host, _, port = bootstrap_servers.rpartition(":")
    try:
        # A bare connection first: the client would log each refusal.
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        await writer.wait_closed()
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=2000)
        try:
            await admin.start()
            return bool((await admin.describe_cluster())["brokers"])
        finally:
            await admin.close()
    except (OSError, KafkaError):
        return False


def free_ports() -> tuple[int, int]:
    """Return two loopback ports that nothing listens on right now."""
    with socket.socket() as first, socket.socket() as second:
        first.bind((HOST, 0))
        second.bind((HOST, 0))
        return first.getsockname()[1], second.getsockname()[1]
