"""The table: every metric with its target, whether it is reached, and what it cost."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import StringIO
from statistics import quantiles

from rich.console import Console
from rich.table import Table

from consumer.evaluation.check_numbers import number_metrics
from consumer.evaluation.check_pairs import pair_metrics
from consumer.evaluation.check_patterns import pattern_metrics
from consumer.evaluation.check_personas import persona_metrics
from consumer.evaluation.check_points import point_metrics
from consumer.evaluation.check_quotes import quote_metrics
from consumer.evaluation.check_twins import twin_metrics
from consumer.evaluation.check_voices import voice_metrics
from consumer.evaluation.reviewed import Metric, Reviewed, at_most, informs
from schemas.review import Call

WIDTH = 118
TOKENS_PRICED = 1_000_000


# What a million tokens cost by model: (input, output), in whatever currency.
Prices = Mapping[str, tuple[float, float]]


def metrics_of(reviewed: Sequence[Reviewed], *, failed: int, prices: Prices) -> tuple[Metric, ...]:
    """Return every row; `failed` counts runs that got no review.

    Raises:
        MissingClassifierError: scikit-learn is not installed.
    """
    return (
        *pattern_metrics(reviewed),
        *quote_metrics(reviewed),
        *number_metrics(reviewed),
        *pair_metrics(reviewed),
        *point_metrics(reviewed),
        *persona_metrics(reviewed),
        *voice_metrics(reviewed),
        *twin_metrics(reviewed),
        at_most("runs without a review", float(failed), 0, f"{len(reviewed) + failed} runs"),
        *_costs(reviewed, prices),
    )


def all_passed(metrics: Sequence[Metric]) -> bool:
    """Tell whether every target that could be measured is reached."""
    return all(metric.passed is not False for metric in metrics)


def as_text(metrics: Sequence[Metric], *, title: str) -> str:
    """Return the table for a person."""
    table = Table(title=title, title_justify="left")
    table.add_column("metric")
    table.add_column("value", justify="right")
    table.add_column("target", justify="right")
    table.add_column("", justify="center")
    table.add_column("from")
    for metric in metrics:
        verdict = {True: "pass", False: "FAIL", None: "–"}[metric.passed]
        value = "–" if metric.value is None else _figure(metric.value)
        table.add_row(metric.name, value, metric.target or "", verdict, metric.basis)
    buffer = StringIO()
    Console(file=buffer, width=WIDTH).print(table)
    return buffer.getvalue().rstrip()


def as_json(metrics: Sequence[Metric], *, title: str) -> str:
    """Return the table for a program: {title, passed, metrics: [{name, value, target, …}]}."""
    told = {
        "title": title,
        "passed": all_passed(metrics),
        "metrics": [asdict(metric) for metric in metrics],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _figure(value: float) -> str:
    return f"{value:.0f}" if value.is_integer() and abs(value) != 1 else f"{value:.3f}"


def _costs(reviewed: Sequence[Reviewed], prices: Prices) -> tuple[Metric, ...]:
    if not reviewed:
        return ()
    calls = [call for one in reviewed for call in one.review.provenance.calls]
    sent = sum(call.input_tokens or 0 for call in calls)
    received = sum(call.output_tokens or 0 for call in calls)
    count = len(reviewed)
    counted = f"{sent} in and {received} out over {count} reviews"
    seconds = sorted(one.latency_seconds for one in reviewed)
    cuts = quantiles(seconds, n=20, method="inclusive") if count > 1 else seconds * 19
    cost = _cost(calls, prices)
    return (
        informs("calls a review", len(calls) / count, f"{len(calls)} calls"),
        informs("tokens a review", (sent + received) / count, counted),
        informs(
            "cost a review",
            None if cost is None else cost / count,
            "a model without a price" if cost is None else "by the configured prices",
        ),
        informs("latency a review, median, seconds", cuts[9], f"{count} reviews"),
        informs("latency a review, 95 %, seconds", cuts[18], f"{count} reviews"),
    )


def _cost(calls: Sequence[Call], prices: Prices) -> float | None:
    """Return what the calls that shipped cost; None where a model's price is not known."""
    total = 0.0
    for call in calls:
        if not call.input_tokens and not call.output_tokens:
            continue
        if call.model not in prices:
            return None
        in_price, out_price = prices[call.model]
        total += (call.input_tokens or 0) * in_price + (call.output_tokens or 0) * out_price
    return total / TOKENS_PRICED
