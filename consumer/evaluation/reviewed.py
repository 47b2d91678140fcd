"""Reviewed: one run, what is known of it, and the review that it got."""

from collections.abc import Sequence
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.evaluation.truth import RunTruth, TruePattern, claim_of
from schemas.review import Evidence, ReviewReady


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One run's records that stand, its truth and its review; `name` is its file's."""

    name: str
    arc: Arc
    truth: RunTruth
    review: ReviewReady
    latency_seconds: float

    @property
    def claims(self) -> tuple[TruePattern, ...]:
        """Return what the review's patterns claim.

        That the learner's texts are written in some way describes them, and claims nothing.
        """
        return tuple(
            claim_of(pattern)
            for pattern in self.review.patterns
            if (pattern.kind, pattern.direction) != ("writing", "present")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One row of the table; `value` None where nothing was there to be measured.

    `target` and `passed` are None where the row only informs; `share` tells a value 0 to 1.
    """

    name: str
    value: float | None
    target: str | None
    passed: bool | None
    basis: str


def at_least(name: str, value: float | None, target: float, basis: str) -> Metric:
    """Return a row whose value must reach the target."""
    passed = None if value is None else value >= target - 1e-12
    return Metric(name=name, value=value, target=f"≥ {target:g}", passed=passed, basis=basis)


def at_most(name: str, value: float | None, target: float, basis: str) -> Metric:
    """Return a row whose value must not exceed the target."""
    passed = None if value is None else value <= target + 1e-12
    return Metric(name=name, value=value, target=f"≤ {target:g}", passed=passed, basis=basis)


def informs(name: str, value: float | None, basis: str) -> Metric:
    """Return a row without a target."""
    return Metric(name=name, value=value, target=None, passed=None, basis=basis)


def originals(reviewed: Sequence[Reviewed]) -> list[Reviewed]:
    """Return the runs that are no twins."""
    return [one for one in reviewed if one.truth.twin is None]


def with_originals(reviewed: Sequence[Reviewed], *factors: str) -> list[tuple[Reviewed, Reviewed]]:
    """Return each twin of some factors, after the run that it is a twin of."""
    known = {(one.name, one.review.run_id): one for one in originals(reviewed)}
    pairs = []
    for one in reviewed:
        twin = one.truth.twin
        if twin is not None and twin.factor in factors:
            original = known.get((twin.of, one.review.run_id))
            if original is not None:
                pairs.append((original, one))
    return pairs


def cited(review: ReviewReady) -> tuple[Evidence, ...]:
    """Return every piece of evidence in a review."""
    lists = [pattern.evidence for pattern in review.patterns]
    lists += [item.evidence for item in review.did_well]
    lists += [item.evidence for item in review.kept_stuck]
    lists += [push.evidence for push in review.push_next]
    lists += [award.evidence for award in review.xp.dimensions]
    lists += [perspective.evidence for perspective in review.perspectives]
    if review.writing_style is not None:
        lists.append(review.writing_style.evidence)
    return tuple(piece for pieces in lists for piece in pieces)


def prose(review: ReviewReady) -> tuple[str, ...]:
    """Return every text that a reviewer wrote in a review."""
    texts = [review.headline, review.summary]
    texts += [pattern.statement for pattern in review.patterns]
    texts += [item.statement for item in review.did_well]
    texts += [item.statement for item in review.kept_stuck]
    for push in review.push_next:
        texts += [push.action, push.why, push.check]
    if review.writing_style is not None:
        texts.append(review.writing_style.statement)
    texts += [award.rationale for award in review.xp.dimensions]
    texts += [view.text for view in review.perspectives if view.text is not None]
    return tuple(texts)


def titles(arc: Arc) -> list[str]:
    """Return the titles of the run: its scenario, stages, dimensions and objectives."""
    trigger = arc.trigger
    return [
        trigger.scenario.title,
        *(stage.title for stage in trigger.stages),
        *(dimension.title for dimension in trigger.xp.dimensions),
        *(objective.title for objective in arc.objectives),
    ]
