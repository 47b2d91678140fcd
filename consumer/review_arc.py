"""One review, from a run's gathered context to what may be published, whoever writes its draft."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from consumer.arc import Arc
from consumer.assembly.assemble import assemble
from consumer.assembly.coverage import counts_of, coverage_of
from consumer.computing import computed
from consumer.context.resolve import Resolved
from consumer.drafts import ReviewDraft
from consumer.reviewing.calls.policy import calls_deadline
from consumer.signals.compute import compute
from schemas.check import check_review
from schemas.review import ReviewReady, Signal

SCHEMA_VERSION: Final = 1

OnCall = Callable[[int, int], None]


class Reviewing(Protocol):
    """Whoever writes the draft: the models, the rules, or one after the other."""

    async def draft(
        self,
        arc: Arc,
        signals: tuple[Signal, ...],
        *,
        deadline: float,
        on_progress: OnCall,
    ) -> ReviewDraft:
        """Return a draft before `deadline`, in seconds of the running loop's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOptions:
    """What an operator may set about every review."""

    deadline_seconds: float
    xp_band: float
    base_rates: Mapping[str, float] | None


async def review_arc(
    resolved: Resolved,
    *,
    reviewing: Reviewing,
    options: ReviewOptions,
    revision: int,
    clock: Callable[[], datetime],
    on_progress: OnCall,
) -> ReviewReady:
    """Turn a run's gathered context into its review, checked against the JSON Schema.

    Raises:
        InvalidReviewError: what was assembled is no valid review; it must not leave.
        ReviewCallsFailed: the models gave no arc read or no scoring, and rules may not stand in.
    """
    arc = resolved.arc
    # What only computes does so beside the loop: many reviews at once must not keep it from what
    # Kafka waits for, or the group takes this process for dead.
    started = asyncio.get_running_loop().time()
    ends = started + options.deadline_seconds
    signals = await computed(ends, compute, arc, base_rates=options.base_rates)
    deadline = calls_deadline(started, options.deadline_seconds)
    draft = await reviewing.draft(arc, signals, deadline=deadline, on_progress=on_progress)
    seen = counts_of(arc)
    review = await computed(
        ends,
        assemble,
        draft,
        arc=arc,
        signals=signals,
        coverage=coverage_of(arc.trigger.expected, seen=seen, used=draft.used or seen),
        revision=revision,
        created_at=clock(),
        schema_version=SCHEMA_VERSION,
        xp_band=options.xp_band,
    )
    await computed(ends, check_review, review)
    return review
