"""`debrief review`: recorded arcs to reviews, without Kafka, by the consumer's own code."""

import asyncio
import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from consumer.commands.arcs import read_arcs
from consumer.commands.reviewing import review_runs
from consumer.context.records import ContextRecord
from consumer.context.resolve import Resolved, resolve
from consumer.errors import ConfigurationError, OutputError
from consumer.observability import configure_logging
from consumer.rendering import render_markdown, render_text
from consumer.settings import Settings, load_settings
from consumer.wiring import review_options
from producer.arc_files import ArcLine
from schemas.events import ArtefactSubmitted, ConversationMessage, ObjectiveRolledUp
from schemas.events import ScenarioCompleted as Trigger
from schemas.json_form import to_json
from schemas.review import ReviewReady

NO_KEY_NOTE: Final = (
    "debrief: no model key is set, so the rules reviewer writes (no model is asked)\n"
)

# Below the 255 bytes of most file systems, with room for the ending.
MAX_FILE_NAME: Final = 240

Render = Callable[[ReviewReady], str]


def render_json(review: ReviewReady) -> str:
    """Return the review's JSON form on one line."""
    return json.dumps(to_json(review), ensure_ascii=False, separators=(",", ":"))


RENDERINGS: Final[Mapping[str, tuple[str, Render]]] = {
    "text": ("txt", render_text),
    "markdown": ("md", render_markdown),
    "json": ("json", render_json),
}


def settings_for_review() -> tuple[Settings, bool]:
    """Return the settings, with `rules` alone where a key is missing, and whether that is so."""
    settings = load_settings(Settings)
    if settings.has_keys:
        return settings, settings.reviewers == ("rules",)
    return load_settings(Settings, overrides={"reviewers": ("rules",)}), True


def run_review(paths: Sequence[Path], *, output_format: str, out_dir: Path | None) -> bool:
    """Review every run of the files; True where every line was sound and every run reviewed."""
    settings, by_rules = settings_for_review()
    configure_logging(settings.log_format)
    if by_rules:
        sys.stderr.write(NO_KEY_NOTE)
    lines, wrong = read_arcs(paths)
    runs, astray = runs_of(lines)
    for problem in astray:
        sys.stderr.write(f"debrief: {problem}\n")
    if not runs:
        sys.stderr.write("debrief: nothing to review: no run with a sound scenario.completed\n")
        return False
    suffix, render = RENDERINGS[output_format]
    failed = asyncio.run(_review_all(settings, runs, _writer(render, suffix, out_dir)))
    return wrong == 0 and not astray and failed == 0


def runs_of(lines: Sequence[ArcLine]) -> tuple[tuple[Resolved, ...], tuple[str, ...]]:
    """Return each triggered run with its records resolved, and what is wrong with the rest.

    A run is triggered by its first `scenario.completed`; records of a run that has none, and
    records that do not fit their run, are told and are part of no review.
    """
    triggers: dict[str, Trigger] = {}
    records: dict[str, list[ContextRecord]] = {}
    for line in lines:
        event = line.event
        if isinstance(event, Trigger):
            triggers.setdefault(event.run_id, event)
        elif isinstance(event, ObjectiveRolledUp | ConversationMessage | ArtefactSubmitted):
            record = ContextRecord(event=event, record=line.record)
            records.setdefault(event.run_id, []).append(record)
    runs = tuple(resolve(t, records.get(run_id, [])) for run_id, t in triggers.items())
    problems = [
        f"run {run_id}: {len(records[run_id])} records and no scenario.completed"
        for run_id in records.keys() - triggers.keys()
    ]
    problems += [
        f"run {run.arc.trigger.run_id}: line {one.record.record.offset}: {one.reason}"
        for run in runs
        for one in run.unsound
    ]
    return runs, tuple(sorted(problems))


def _writer(render: Render, suffix: str, out_dir: Path | None) -> Callable[[ReviewReady], None]:
    if out_dir is None:
        return lambda review: print(render(review), flush=True)  # noqa: T201  # the command's output
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"--out: {out_dir} cannot be made: {error.strerror}"
        raise ConfigurationError((problem,)) from error

    def write(review: ReviewReady) -> None:
        path = out_dir / f"{file_name_of(review.run_id)}.{suffix}"
        try:
            path.write_text(render(review) + "\n", encoding="utf-8")
        except OSError as error:
            message = f"run {review.run_id}: {path} cannot be written: {error.strerror}"
            raise OutputError(message) from error

    return write


def file_name_of(run_id: str) -> str:
    """Name a file after a run, without its ending.

    A run id is the platform's text: quoted, and never "." or "..", it names no other folder. One
    too long for a file's name is cut, and told apart by a digest.
    """
    name = quote(run_id, safe="")
    if len(name) <= MAX_FILE_NAME:
        return name
    digest = hashlib.sha256(run_id.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]
    return f"{name[: MAX_FILE_NAME - len(digest) - 1]}-{digest}"


async def _review_all(
    settings: Settings, runs: Sequence[Resolved], write: Callable[[ReviewReady], None]
) -> int:
    """Write every review and return how many runs got none."""
    failed = 0

    def ended(place: int, result: ReviewReady | Exception, _seconds: float) -> None:
        nonlocal failed
        if isinstance(result, ReviewReady):
            write(result)
        else:
            failed += 1
            sys.stderr.write(f"debrief: run {runs[place].arc.trigger.run_id}: {result}\n")

    await review_runs(settings, runs, review_options(settings), on_end=ended)
    return failed
