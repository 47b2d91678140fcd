"""Reviewing an arc computes beside the event loop, which Kafka's heartbeats need."""

import importlib
import threading
import time
from typing import Any

import pytest

from consumer.commands.review import runs_of
from consumer.context.resolve import Resolved
from consumer.drafts import ReviewDraft
from consumer.review_arc import ReviewOptions, review_arc
from consumer.reviewing.calls.policy import calls_deadline
from consumer.reviewing.chain import ReviewersChain
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.wiring import utc_now
from producer.arc_files import ArcLine, read_arc_file
from producer.arcs import sample_arc


def _resolved() -> Resolved:
    lines = [line for line in read_arc_file(sample_arc("sparse")) if isinstance(line, ArcLine)]
    (resolved, *_), _astray = runs_of(lines)
    return resolved


async def test_nothing_that_only_computes_holds_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: dict[str, int] = {}

    def watched(name: str, function: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            threads[name] = threading.get_ident()
            return function(*arguments, **named)

        return call

    for name in ("compute", "assemble", "check_review"):
        module = importlib.import_module("consumer.review_arc")
        monkeypatch.setattr(module, name, watched(name, getattr(module, name)))
    review = await review_arc(
        _resolved(),
        reviewing=ReviewersChain(models=None, rules=watched("rules", draft_by_rules)),
        options=ReviewOptions(deadline_seconds=60, xp_band=0.25, base_rates=None),
        revision=1,
        clock=utc_now,
        on_progress=lambda _done, _total: None,
    )

    assert review.reviewer == "rules"
    assert set(threads) == {"compute", "assemble", "check_review", "rules"}
    assert threading.get_ident() not in threads.values()


async def test_what_is_computed_first_is_a_part_of_the_reviews_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("consumer.review_arc")
    compute = module.compute
    begun: list[float] = []

    def measured(*arguments: Any, **named: Any) -> Any:
        begun.append(time.monotonic())  # the loop's clock
        return compute(*arguments, **named)

    class Reviewer(ReviewersChain):
        deadline = 0.0

        async def draft(self, *arguments: Any, deadline: float, **named: Any) -> ReviewDraft:
            self.deadline = deadline
            return await super().draft(*arguments, deadline=deadline, **named)

    monkeypatch.setattr(module, "compute", measured)
    reviewer = Reviewer(models=None, rules=draft_by_rules)
    await review_arc(
        _resolved(),
        reviewing=reviewer,
        options=ReviewOptions(deadline_seconds=60, xp_band=0.25, base_rates=None),
        revision=1,
        clock=utc_now,
        on_progress=lambda _done, _total: None,
    )
    assert reviewer.deadline <= calls_deadline(begun[0], 60)
