"""How dead letters are written out: tables for people, a JSON object a line for programs.

A letter's value may hold a person's text and is written only where that is asked for.
"""

import base64
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumer.assembly.prose import clean
from consumer.dead_letters.letters import DeadLetter
from consumer.dead_letters.purging import Purge
from producer.redrive_ledger import Ledger
from schemas.json_form import rfc3339

# Where no terminal says how wide it is.
PIPE_COLUMNS: Final = 200


def write_table(table: Table) -> None:
    """Print a table on standard output, as wide as the terminal is."""
    console = Console(file=sys.stdout)
    console.width = console.width if console.is_terminal else PIPE_COLUMNS
    console.print(table)


def write_json(fields: Any) -> None:
    """Print one JSON object on a line of its own."""
    sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")


def letters_table(letters: Iterable[DeadLetter], ledger: Ledger) -> Table:
    """Return the letters as a table, one a row."""
    table = Table(show_lines=False)
    for name in ("letter", "key", "kind", "message", "attempts", "first", "last", "redriven"):
        table.add_column(name, overflow="fold")
    for letter in letters:
        cells = (
            str(letter.letter_id),
            _key(letter),
            letter.kind,
            letter.message + _came_from(letter, ledger),
            letter.attempts,
            letter.first_at,
            letter.last_at,
            _redriven(letter, ledger),
        )
        table.add_row(*(Text(clean(cell)) for cell in cells))
    return table


def plans_table(plans: Iterable[Purge]) -> Table:
    """Return what purging does to each partition, leaving out those it does not concern."""
    table = Table()
    for name in ("partition", "goes", "cannot go"):
        table.add_column(name, overflow="fold")
    for plan in plans:
        if plan.going or plan.staying:
            where = f"{plan.partition.topic}/{plan.partition.partition}"
            table.add_row(where, str(plan.going), str(plan.staying))
    return table


def letter_json(
    letter: DeadLetter, ledger: Ledger, *, headers: bool = False, value: bool = False
) -> dict[str, Any]:
    """Return a letter's fields; bytes that are no UTF-8 stand as base64 under `…_base64`."""
    record = letter.record
    entry = ledger.entry(letter.record)
    source = _source(letter, ledger)
    fields: dict[str, Any] = {
        "letter": str(letter.letter_id),
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        **_bytes("key", record.key),
        "kind": letter.kind,
        "message": letter.message,
        "attempts": letter.attempts,
        "first_at": letter.first_at,
        "last_at": letter.last_at,
        "written_at": _time(record.timestamp_ms),
        "original": letter.origin,
        "redriven": entry is not None,
        "redriven_at": None if entry is None else _time(entry.at_ms),
        "redriven_to": None if entry is None else "/".join(map(str, entry.target)),
        "redriven_from": source,
        "value_bytes": None if record.value is None else len(record.value),
    }
    if headers:
        fields["headers"] = [
            {"name": name, **_bytes("value", told)} for name, told in record.headers
        ]
    if value:
        fields |= _bytes("value", record.value)
    return fields


def letter_text(letter: DeadLetter, ledger: Ledger, *, value: bool) -> str:
    """Return a letter as lines of text."""
    fields = letter_json(letter, ledger, headers=True)
    headers = fields.pop("headers")
    lines = [f"{name}: {_plain(told)}" for name, told in fields.items()]
    lines += ["headers:"]
    for header in headers:
        name = header.pop("name")
        lines += [f"  {name}: {_plain(told)}" for told in header.values()]
    if value:
        lines += [
            f"{name}: {_plain(told)}" for name, told in _bytes("value", letter.record.value).items()
        ]
    else:
        lines += ["value: not shown, because it may hold a person's text; --value shows it"]
    return "\n".join(lines) + "\n"


def _bytes(name: str, value: bytes | None) -> dict[str, str | None]:
    if value is None:
        return {name: None}
    try:
        return {name: value.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(value).decode()}


def _key(letter: DeadLetter) -> str:
    (told,) = _bytes("key", letter.record.key).values()
    return "" if told is None else told


def _redriven(letter: DeadLetter, ledger: Ledger) -> str:
    entry = ledger.entry(letter.record)
    return "no" if entry is None else _time(entry.at_ms)


def _source(letter: DeadLetter, ledger: Ledger) -> str | None:
    origin = letter.origin_position
    source = None if origin is None else ledger.source(origin)
    return None if source is None else str(source)


def _came_from(letter: DeadLetter, ledger: Ledger) -> str:
    source = _source(letter, ledger)
    return "" if source is None else f" (redriven from {source})"


def _plain(told: object) -> str:
    return "" if told is None else clean(str(told))


def _time(at_ms: int) -> str:
    try:
        return rfc3339(datetime.fromtimestamp(at_ms / 1000, UTC))
    except (ValueError, OverflowError):  # whoever writes a record may stamp it with any number
        return f"{at_ms} ms"
