"""The `debrief` command: arguments in, one function of `consumer.commands` called, exit code out.

Exit codes: 0 done, 1 the work failed, 2 wrong use or configuration.
Each command imports its own module when it runs, so that `--help` answers at once.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from consumer import cli_dlq
from consumer.errors import ConfigurationError, DebriefError
from consumer.standard_output import telling_output
from gateway.errors import ConfigurationError as GatewayConfigurationError
from gateway.errors import GatewayError
from producer.errors import ProducerError
from schemas.errors import SchemaError

EXIT_FAILED = 1
EXIT_WRONG_USE = 2
DEMO_PORT = 8080
MAX_TOKEN_HOURS = 87_600

app = typer.Typer(
    name="debrief",
    help="Read a learner's whole arc through a simulated work scenario and publish one review "
    "of it.\n\nNew here? `debrief demo --once` shows the whole thing, on a real Kafka that it "
    "starts itself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
topics_app = typer.Typer(
    help="Make or check the topics that Debrief reads and writes.", no_args_is_help=True
)
app.add_typer(topics_app, name="topics")
app.add_typer(cli_dlq.app, name="dlq")


class Job(StrEnum):
    """The two jobs of the consumer."""

    INGEST = "ingest"
    REVIEW = "review"


class Format(StrEnum):
    """How a review is written out."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class TableFormat(StrEnum):
    """How the quality table is written out."""

    TEXT = "text"
    JSON = "json"


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"debrief {version('debrief')}\n")
        raise typer.Exit


@app.callback()
def _debrief(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Hold the options that belong to no command."""


ArcFiles = Annotated[
    list[Path],
    typer.Argument(
        metavar="ARC...",
        exists=True,
        dir_okay=False,
        readable=True,
        help="Recorded arcs: JSON Lines of {topic, key, value}, in time order.",
    ),
]


@app.command()
def demo(
    *,
    arc: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A recorded arc; default: a sample of ours."
        ),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Exit when the review arrived through the WebSocket.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of the page; 0: any free one (the default with --once)."
        ),
    ] = None,
    latency: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="Run the real model SDKs against a built-in emulator that takes this long a call. "
            "No model is behind it.",
        ),
    ] = None,
) -> None:
    """Watch one recorded scenario become a review: Kafka, store, consumer and page in one process.

    Uses your Kafka where DEBRIEF_KAFKA_BOOTSTRAP_SERVERS is set, a container where Docker runs, and
    else starts a real Apache Kafka of its own.
    """
    from consumer.commands.demo import run_demo

    run_demo(
        arc_path=arc,
        once=once,
        port=port if port is not None else (0 if once else DEMO_PORT),
        latency_seconds=latency,
    )


@app.command()
def consume(
    only: Annotated[Job | None, typer.Option(help="Run just one of the two jobs.")] = None,
) -> None:
    """Run the consumer: ingest contexts and write reviews. Configured by environment."""
    from consumer.commands.consume import run_consume

    run_consume(ingest=only is not Job.REVIEW, review=only is not Job.INGEST)


@app.command()
def serve() -> None:
    """Run the gateway: page, HTTP endpoints and WebSocket. Configured by environment."""
    from consumer.commands.serve import run_serve

    run_serve()


@app.command()
def review(
    arcs: ArcFiles,
    output_format: Annotated[
        Format, typer.Option("--format", help="How to write the review.")
    ] = Format.TEXT,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Write one file a run here instead of to the screen."),
    ] = None,
) -> None:
    """Review recorded arcs without Kafka, by the same code as the consumer after decoding."""
    from consumer.commands.review import run_review

    if not run_review(arcs, output_format=output_format.value, out_dir=out):
        raise typer.Exit(EXIT_FAILED)


@app.command("eval")
def evaluate(
    *,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            exists=True,
            file_okay=False,
            help="Arcs NAME.jsonl, each with its NAME.truth.json; default: generated ones.",
        ),
    ] = None,
    output_format: Annotated[
        TableFormat, typer.Option("--format", help="How to write the table.")
    ] = TableFormat.TEXT,
    arcs: Annotated[
        int, typer.Option(min=20, help="How many arcs to generate, each with its twin.")
    ] = 200,
    seed: Annotated[int, typer.Option(help="Same seed, same arcs.")] = 1,
    write: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="Write the generated arcs and their truth here; review nothing."
        ),
    ] = None,
) -> None:
    """Review arcs whose truth is known and print the quality table.

    By the configured reviewers; exits 1 where a target is missed.
    """
    from consumer.commands.eval import run_eval, run_write

    if write is not None:
        if folder is not None:
            raise typer.BadParameter("--write makes arcs of its own: leave DIR out")
        run_write(write, arcs=arcs, seed=seed)
        return
    if not run_eval(folder, output_format=output_format.value, arcs=arcs, seed=seed):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def replay(
    arcs: ArcFiles,
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Records a second; default: as fast as it goes.")
    ] = None,
) -> None:
    """Publish recorded arcs to the input topics."""
    from consumer.commands.replay import run_replay

    if not run_replay(arcs, rate_per_second=rate):
        raise typer.Exit(EXIT_FAILED)


@topics_app.command("create")
def topics_create(
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of each new topic.")] = 6,
    replication: Annotated[
        int | None,
        typer.Option(
            min=1, help="Replicas of each new topic; default: 3, or the brokers there are."
        ),
    ] = None,
) -> None:
    """Make the topics that are missing, with the right clean-up policies."""
    from consumer.commands.topics import run_topics_create

    run_topics_create(partitions=partitions, replication=replication)


@topics_app.command("check")
def topics_check() -> None:
    """Check that every topic is there and configured as it should be."""
    from consumer.commands.topics import run_topics_check

    if not run_topics_check():
        raise typer.Exit(EXIT_FAILED)


@app.command()
def doctor() -> None:
    """Check every setting and dependency, and say what to do about each that is not well."""
    from consumer.commands.doctor import Health, run_doctor

    codes = {Health.WELL: 0, Health.NOT_WELL: EXIT_FAILED, Health.UNREADABLE: EXIT_WRONG_USE}
    raise typer.Exit(codes[run_doctor()])


@app.command()
def token(
    user_id: Annotated[str, typer.Argument(help="The user the token is for (its `sub`).")],
    hours: Annotated[
        float, typer.Option(min=0.001, max=MAX_TOKEN_HOURS, help="How long it is valid.")
    ] = 12,
) -> None:
    """Print a signed token for development; needs DEBRIEF_JWT_SECRET."""
    from consumer.commands.token import run_token

    run_token(user_id, hours=hours)


@app.command()
def redo(
    *,
    run_id: Annotated[str, typer.Argument(help="A run whose review is published.")],
    wait: Annotated[
        bool, typer.Option(help="Wait until the new revision is published, or only ask for it.")
    ] = True,
    timeout: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long to wait at most.")
    ] = 180,
) -> None:
    """Publish a new revision of a run's review on purpose; the models are asked anew."""
    from consumer.commands.redo import run_redo

    run_redo(run_id, wait_seconds=timeout if wait else None)


@app.command()
def erase(
    user_id: Annotated[str, typer.Argument(help="The user whose everything must go.")],
) -> None:
    """Erase a user: context, runs, reviews. The same as `user.erased`; done by the consumer."""
    from consumer.commands.erase import run_erase

    run_erase(user_id)


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        with telling_output():
            app()
    except (ConfigurationError, GatewayConfigurationError) as error:
        sys.stderr.write("debrief: wrong configuration\n")
        for problem in error.problems:
            sys.stderr.write(f"  {problem}\n")
        sys.exit(EXIT_WRONG_USE)
    except (DebriefError, GatewayError, ProducerError, SchemaError) as error:
        sys.stderr.write(f"debrief: {error}\n{_advice(error)}")
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


def _advice(error: Exception) -> str:
    """Return what to do about a failure of Kafka, as a line of its own; empty for the rest."""
    from aiokafka.errors import KafkaConnectionError, UnknownTopicOrPartitionError

    from producer.refusals import REFUSALS

    if isinstance(error.__cause__, KafkaConnectionError):
        return (
            "  are the brokers there, and are DEBRIEF_KAFKA_BOOTSTRAP_SERVERS, the security "
            "protocol and the credentials right (wrong ones look like an unreachable broker)?\n"
        )
    if isinstance(error.__cause__, REFUSALS):
        return "  the README lists what each service and each command must be allowed to do\n"
    if isinstance(error.__cause__, UnknownTopicOrPartitionError):
        return "  run `debrief topics create`, or look at DEBRIEF_TOPIC_PREFIX\n"
    return ""
