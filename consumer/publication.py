"""A publication: what the store must know of a review for its revision to count as published."""

from dataclasses import dataclass

from schemas.review import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One revision of a run's review, on its way to the topic.

    `reviewed_changes` is the run's `changes` as read before its context was gathered; `asked_for`
    says that a new revision stood asked for by then: one asked for later wants another.
    """

    run_id: str
    user_id: str
    revision: int
    status: Status
    published_at_ms: int
    reviewed_changes: int
    arc_digest: str
    asked_for: bool = False
