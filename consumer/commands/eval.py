"""`debrief eval`: reviews of arcs whose truth is known, and how they hold against it."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from consumer.commands.arcs import read_arcs
from consumer.commands.progress import progress_bar
from consumer.commands.review import NO_KEY_NOTE, runs_of, settings_for_review
from consumer.commands.reviewing import review_runs
from consumer.context.resolve import Resolved
from consumer.errors import ConfigurationError
from consumer.evaluation.errors import EvaluationError, TruthError
from consumer.evaluation.factors import BASE_RATES
from consumer.evaluation.generator import BASE_RATES_FILE, cases, write_cases
from consumer.evaluation.reviewed import Metric, Reviewed
from consumer.evaluation.table import all_passed, as_json, as_text, metrics_of
from consumer.evaluation.truth import SUFFIX, RunTruth, read_truth
from consumer.observability import configure_logging
from consumer.review_arc import ReviewOptions
from consumer.settings import Settings, load_base_rates, load_model_prices
from consumer.wiring import review_options
from schemas.review import ReviewReady


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One run to review, with what is known of it; `name` is its file's."""

    name: str
    resolved: Resolved
    truth: RunTruth


def run_eval(folder: Path | None, *, output_format: str, arcs: int, seed: int) -> bool:
    """Review arcs of known truth and print the table; True where every target is reached.

    Without a folder, `arcs` generated arcs and their twins.

    Raises:
        TruthError: a truth file is missing or cannot be read.
        EvaluationError: the folder holds no arc, or scikit-learn is not installed.
        ConfigurationError: a setting is wrong.
    """
    settings, by_rules = settings_for_review()
    configure_logging(settings.log_format)
    if by_rules:
        sys.stderr.write(NO_KEY_NOTE)
    known = generated(arcs, seed=seed) if folder is None else read_known(folder)
    options = review_options(settings)
    if options.base_rates is None:
        options = replace(options, base_rates=_base_rates(folder))
    reviewed, failed = asyncio.run(review_known(settings, known, options))
    title = _title(settings, folder, arcs=arcs, seed=seed)
    metrics = metrics_of(reviewed, failed=failed, prices=load_model_prices(settings))
    sys.stdout.write(_rendered(metrics, title=title, output_format=output_format) + "\n")
    return all_passed(metrics)


def run_write(folder: Path, *, arcs: int, seed: int) -> None:
    """Write generated arcs, their twins and their truth into a folder.

    Raises:
        EvaluationError: the folder cannot be written.
    """
    written = 0
    try:
        with progress_bar("writing", total=arcs) as advance:
            for group in cases(arcs, seed=seed):
                write_cases(folder, group)
                written += len(group)
                advance(1)
    except OSError as error:
        raise EvaluationError(f"{folder}: {error.strerror or error}") from error
    sys.stdout.write(f"{written} arcs with their truth are in {folder}\n")


def generated(arcs: int, *, seed: int) -> list[Known]:
    """Return generated arcs, each followed by its twin."""
    with progress_bar("generating", total=arcs) as advance:
        known = []
        for group in cases(arcs, seed=seed):
            known += [Known(name=c.name, resolved=c.resolved(), truth=c.truth) for c in group]
            advance(1)
    return known


def read_known(folder: Path) -> list[Known]:
    """Return every run of a folder's arc files with its truth.

    Raises:
        TruthError: a truth file is missing, cannot be read, or tells of another run.
        EvaluationError: the folder holds no arc, or an arc has wrong lines.
    """
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise EvaluationError(f"{folder}: no arc (NAME.jsonl, with NAME{SUFFIX} beside it) in it")
    known = []
    for path in paths:
        truth = read_truth(path)
        lines, wrong = read_arcs([path])
        runs, astray = runs_of(lines)
        if wrong or astray:
            raise EvaluationError(f"{path}: {wrong + len(astray)} records are not sound")
        for run in runs:
            run_id = run.arc.trigger.run_id
            if run_id not in truth.runs:
                raise TruthError(f"{path}: nothing is known of its run {run_id!r}")
            known.append(Known(name=path.stem, resolved=run, truth=truth.runs[run_id]))
    return known


async def review_known(
    settings: Settings, known: Sequence[Known], options: ReviewOptions
) -> tuple[list[Reviewed], int]:
    """Review every run, in order, a few at a time; and count those that got no review."""
    reviewed: list[Reviewed] = []

    def ended(place: int, result: ReviewReady | Exception, seconds: float) -> None:
        run = known[place]
        if isinstance(result, ReviewReady):
            reviewed.append(
                Reviewed(
                    name=run.name,
                    arc=run.resolved.arc,
                    truth=run.truth,
                    review=result,
                    latency_seconds=seconds,
                )
            )
        else:
            sys.stderr.write(f"debrief: {run.name}: {result}\n")

    await review_runs(settings, [run.resolved for run in known], options, on_end=ended)
    return reviewed, len(known) - len(reviewed)


def _base_rates(folder: Path | None) -> Mapping[str, float] | None:
    """Return the rates that arcs of ours were made with, where the settings name none."""
    if folder is None:
        return BASE_RATES
    path = folder / BASE_RATES_FILE
    try:
        return load_base_rates(path if path.exists() else None)
    except ConfigurationError as error:
        raise EvaluationError(f"{path}: {error}") from error


def _title(settings: Settings, folder: Path | None, *, arcs: int, seed: int) -> str:
    where = f"{arcs} generated arcs and their twins, seed {seed}" if folder is None else str(folder)
    return f"Reviewers: {', '.join(settings.reviewers)}; {where}"


def _rendered(metrics: Sequence[Metric], *, title: str, output_format: str) -> str:
    return (as_json if output_format == "json" else as_text)(metrics, title=title)
