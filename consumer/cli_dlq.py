"""The `debrief dlq` commands: filters in, one function of `consumer.commands.dlq` called."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from consumer.commands.dlq import Query
    from producer.redrive_ledger import LetterId

EXIT_FAILED = 1
EXIT_WRONG_USE = 2

app = typer.Typer(
    help="Find dead letters, send them back (each once ever), or delete them.",
    no_args_is_help=True,
)


class Kind(StrEnum):
    """Why a record was given up (its `debrief-error-kind`)."""

    UNDECODABLE = "undecodable"
    INVALID = "invalid"
    UNKNOWN_REFERENCE = "unknown_reference"
    TOO_LARGE = "too_large"
    FAILED = "failed"


class Format(StrEnum):
    """How dead letters are written out."""

    TEXT = "text"
    JSON = "json"


Topic = Annotated[
    list[str] | None,
    typer.Option(
        "--topic",
        metavar="TOPIC",
        help="Only of this input topic, e.g. scenario.completed; may stand several times.",
    ),
]
ErrorKind = Annotated[
    list[Kind] | None,
    typer.Option("--kind", "--error-kind", help="Only of this kind; may stand several times."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        "--from",
        metavar="TIME",
        help="Only dead-lettered at or after: 2026-01-31T08:00:00Z (UTC without a zone), or how "
        "long ago: 90m, 2h, 7d.",
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", "--to", metavar="TIME", help="Only dead-lettered before."),
]
Key = Annotated[
    list[str] | None,
    typer.Option(
        "--run",
        "--key",
        metavar="KEY",
        help="Only with this key: the run_id (in user.erased the user_id); may stand several "
        "times.",
    ),
]
Output = Annotated[
    Format, typer.Option("--format", help="text: a table; json: one JSON object a line.")
]
Address = Annotated[
    str, typer.Argument(metavar="LETTER", help="TOPIC/PARTITION/OFFSET, as `dlq list` names it.")
]


@app.command("list")
def list_letters(
    *,
    topic: Topic = None,
    kind: ErrorKind = None,
    since: Since = None,
    until: Until = None,
    key: Key = None,
    limit: Annotated[int, typer.Option(min=1, help="Show so many at most.")] = 1000,
    output_format: Output = Format.TEXT,
) -> None:
    """List dead letters: where, which run, what was wrong, how often tried, redriven or not."""
    from consumer.commands.dlq import run_dlq_list

    query = _query(topic=topic, kind=kind, since=since, until=until, key=key, limit=limit)
    run_dlq_list(query, as_json=output_format is Format.JSON)


@app.command("show")
def show(
    *,
    letter: Address,
    value: Annotated[
        bool,
        typer.Option(
            "--value", help="Show the record's value too. It may hold a person's own text."
        ),
    ] = False,
    output_format: Output = Format.TEXT,
) -> None:
    """Show one dead letter with its headers; its value only with --value."""
    from consumer.commands.dlq import run_dlq_show

    run_dlq_show(_address(letter), as_json=output_format is Format.JSON, value=value)


@app.command("redrive")
def redrive(
    *,
    topic: Topic = None,
    kind: ErrorKind = None,
    since: Since = None,
    until: Until = None,
    key: Key = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Redrive so many at most; default: all.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
) -> None:
    """Write the originals (key, value, headers) to their own topics again, each once ever.

    May be run again at any time, also after it was killed half-way: what was redriven before is
    left out. The letters stay where they are, marked as redriven.
    """
    from consumer.commands.dlq import run_dlq_redrive

    query = _query(topic=topic, kind=kind, since=since, until=until, key=key, limit=limit)
    if not run_dlq_redrive(query, dry_run=dry_run):
        raise typer.Exit(EXIT_FAILED)


@app.command("purge")
def purge(
    *,
    topic: Topic = None,
    kind: ErrorKind = None,
    since: Since = None,
    until: Until = None,
    key: Key = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. There is no way back.")] = False,
) -> None:
    """Delete dead letters for good; without --yes, only say which would go.

    Kafka deletes from the beginning of a partition only: a letter that stands behind one that is
    not selected cannot be deleted, and the command says how many those are and exits with 1.
    """
    from consumer.commands.dlq import run_dlq_purge

    query = _query(topic=topic, kind=kind, since=since, until=until, key=key)
    whole = run_dlq_purge(query, confirmed=yes)
    if not yes:
        raise typer.Exit(EXIT_WRONG_USE)
    if not whole:
        raise typer.Exit(EXIT_FAILED)


def _query(
    *,
    topic: list[str] | None,
    kind: list[Kind] | None,
    since: str | None,
    until: str | None,
    key: list[str] | None,
    limit: int | None = None,
) -> "Query":
    from consumer.commands.dlq import Query
    from consumer.dead_letters.letters import Selection

    now = datetime.now(UTC)
    selection = Selection(
        kinds=frozenset(one.value for one in kind or ()),
        keys=frozenset(one.encode() for one in key or ()),
        since_ms=_moment(since, "--since", now),
        until_ms=_moment(until, "--until", now),
    )
    return Query(topics=tuple(topic or ()), selection=selection, limit=limit)


def _moment(text: str | None, option: str, now: datetime) -> int | None:
    from consumer.dead_letters.letters import moment_ms

    try:
        return None if text is None else moment_ms(text, now=now)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def _address(text: str) -> "LetterId":
    from producer.redrive_ledger import LetterId

    try:
        return LetterId.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="LETTER") from error
