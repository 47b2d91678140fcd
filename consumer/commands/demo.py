"""`debrief demo`: the whole line in one process, on real parts, with one recorded arc.

The arc goes through Kafka, the store, the consumer and the gateway, and what is printed is what
came back through the WebSocket.
"""

import asyncio
import json
import logging
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import websockets
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from consumer.commands.progress import progress_bar
from consumer.commands.review import settings_for_review
from consumer.commands.signals import stop_on_signals
from consumer.embedded.locate import kafka_for_use
from consumer.emulator.serving import serve_emulator
from consumer.errors import DebriefError
from consumer.observability import configure_logging
from consumer.rendering import render_text
from consumer.settings import Settings, load_settings
from consumer.wiring import Jobs, running_consumer
from gateway.server import running_gateway
from gateway.settings import load_gateway_settings
from gateway.tokens import mint_token
from producer.arc_files import ArcLine, read_arc_file
from producer.arcs import sample_arc
from producer.errors import ArcFileError
from producer.replay import replay
from producer.sender import KafkaSender
from producer.topic_plans import plan
from producer.topics import create_topics
from schemas.events import ScenarioCompleted
from schemas.review import ReviewReady
from schemas.topics import Topics

DEFAULT_ARC: Final = "stumbler"
PARTITIONS: Final = 3
PATIENCE_SECONDS: Final = 300.0
TOKEN_HOURS: Final = 12
EMULATOR_KEY: Final = "no-key-is-needed"


def run_demo(
    *, arc_path: Path | None, once: bool, port: int, latency_seconds: float | None
) -> None:
    """Run the demo until its review arrived (`once`) or until it is interrupted.

    Raises:
        DebriefError: a part could not be started, or no review came.
        ArcFileError: the arc has a wrong line or no trigger.
    """
    settings, by_rules = settings_for_review()
    configure_logging(settings.log_format, level=logging.WARNING)
    # On a broker seconds old, aiokafka reports as errors what it goes on to try again.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    _say(_first_line(by_rules=by_rules, latency_seconds=latency_seconds))
    lines = _read(arc_path)
    asyncio.run(_demo(settings, lines, once=once, port=port, latency_seconds=latency_seconds))


async def _demo(
    settings: Settings,
    lines: Sequence[ArcLine],
    *,
    once: bool,
    port: int,
    latency_seconds: float | None,
) -> None:
    trigger = _trigger(lines)
    secret = SecretStr(secrets.token_urlsafe(48))
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="debrief-demo-"))
        bootstrap = await stack.enter_async_context(
            kafka_for_use(settings.kafka_bootstrap_servers, say=_say)
        )
        # Topics of its own and no registry: a demo on somebody's Kafka touches nothing of theirs.
        shared = {
            "kafka_bootstrap_servers": bootstrap,
            "topic_prefix": f"demo-{secrets.token_hex(4)}.",
            "schema_registry_url": None,
            "database_url": SecretStr(f"sqlite+aiosqlite:///{folder}/demo.sqlite3"),
            "drain_seconds": 2,
        }
        models = await _models(stack, latency_seconds, by_rules=settings.reviewers == ("rules",))
        own = load_settings(
            Settings, overrides={**shared, **models, "kafka_group": shared["topic_prefix"]}
        )
        topics = Topics.with_prefix(own.topic_prefix)
        wanted = plan(topics, dlq_retention_days=own.dlq_retention_days)
        await create_topics(own.kafka, wanted, partitions=PARTITIONS, replication=None)
        await stack.enter_async_context(running_consumer(own, jobs=Jobs(ingest=True, review=True)))
        gateway = load_gateway_settings(
            overrides={
                **shared,
                "gateway_host": "127.0.0.1",
                "gateway_port": port,
                "jwt_secret": secret,
                "jwt_jwks_url": None,
            }
        )
        address = await stack.enter_async_context(running_gateway(gateway))
        token = mint_token(
            trigger.user_id,
            secret=secret,
            issuer=gateway.jwt_issuer,
            audience=gateway.jwt_audience,
            ttl=timedelta(hours=TOKEN_HOURS),
        )
        page = f"{address}/#token={token}"
        if not once:
            _say(f"The page: {page}")
        async with _socket(address, token) as socket:
            await _publish(own, lines)
            review = await _until_review(socket, trigger)
        sys.stdout.write("\n" + render_text(review) + "\n")
        if once:
            return
        _say(f"\nThe page: {page}\nCtrl-C ends the demo.")
        await _until_interrupted()


def _first_line(*, by_rules: bool, latency_seconds: float | None) -> str:
    if latency_seconds is not None:
        return (
            "Reviewer: the real model SDKs against a built-in emulator, "
            f"{latency_seconds:g} s a call. No model is behind it."
        )
    if by_rules:
        return "Reviewer: rules (no model key is set; set GEMINI_API_KEY and OPENAI_API_KEY)."
    return "Reviewer: models, with your keys."


async def _models(
    stack: AsyncExitStack, latency_seconds: float | None, *, by_rules: bool
) -> dict[str, object]:
    if latency_seconds is None:
        return {"reviewers": ("rules",)} if by_rules else {}
    emulator = await stack.enter_async_context(serve_emulator(latency_seconds=latency_seconds))
    return {
        "reviewers": ("gemini", "openai"),
        "gemini_api_key": SecretStr(EMULATOR_KEY),
        "openai_api_key": SecretStr(EMULATOR_KEY),
        "gemini_base_url": emulator,
        "openai_base_url": f"{emulator}/v1",
    }


async def _publish(settings: Settings, lines: Sequence[ArcLine]) -> None:
    sender = KafkaSender(settings.kafka)
    await sender.start()
    try:
        with progress_bar("replaying the arc", total=len(lines)) as advance:
            await replay(lines, sender, prefix=settings.topic_prefix, on_sent=advance)
    finally:
        await sender.stop()


@asynccontextmanager
async def _socket(address: str, token: str) -> AsyncIterator[websockets.ClientConnection]:
    async with websockets.connect(
        address.replace("http", "ws", 1) + "/ws",
        subprotocols=[websockets.Subprotocol("debrief.v1")],
        additional_headers={"Authorization": f"Bearer {token}"},
        max_size=None,
    ) as socket:
        hello = json.loads(await socket.recv())
        if hello["type"] != "hello":
            raise DebriefError(f"the gateway said {hello['type']!r} where hello was due")
        yield socket


async def _until_review(
    socket: websockets.ClientConnection, trigger: ScenarioCompleted
) -> ReviewReady:
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("waiting", total=2 + len(trigger.personas))
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for frame in socket:
                event = json.loads(frame)
                if event["type"] == "review":
                    return ReviewReady.model_validate(event["review"])
                if event["type"] == "progress":
                    told = _told(event)
                    progress.update(
                        task, description=told, completed=event["done"], total=event["total"] or 1
                    )
                    if not console.is_terminal:
                        console.print(told, highlight=False)
    raise DebriefError("the gateway closed the connection before the review came")


def _told(event: dict[str, Any]) -> str:
    calls = f" ({event['done']} of {event['total']} calls)" if event["total"] else ""
    detail = f": {event['detail']}" if event["detail"] else ""
    return f"{event['phase']}{calls}{detail}"


async def _until_interrupted() -> None:
    ended = asyncio.Event()
    stop_on_signals(ended.set)
    await ended.wait()


def _read(arc_path: Path | None) -> list[ArcLine]:
    lines = []
    for line in read_arc_file(arc_path or sample_arc(DEFAULT_ARC)):
        if isinstance(line, ArcFileError):
            raise line
        lines.append(line)
    return lines


def _trigger(lines: Sequence[ArcLine]) -> ScenarioCompleted:
    for line in lines:
        if isinstance(line.event, ScenarioCompleted):
            return line.event
    raise DebriefError("the arc has no scenario.completed, so there is nothing to review")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
