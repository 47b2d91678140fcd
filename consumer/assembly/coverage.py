"""Coverage: how many of each context were expected, seen and shown to the reviewer."""

from consumer.arc import Arc, ContextCounts
from schemas.events import Manifest
from schemas.review import ContextCoverage, Coverage


def counts_of(arc: Arc) -> ContextCounts:
    """Count an arc's records; artefacts count once a revision."""
    return ContextCounts(
        objective_rollups=len(arc.objectives),
        messages=len(arc.messages),
        artefacts=len(arc.artefacts),
    )


def coverage_of(manifest: Manifest, *, seen: ContextCounts, used: ContextCounts) -> Coverage:
    """Set what was expected beside what was seen and what the reviewer was shown."""
    return Coverage(
        objective_rollups=ContextCoverage(
            expected=manifest.objective_rollups,
            seen=seen.objective_rollups,
            used=used.objective_rollups,
        ),
        messages=ContextCoverage(
            expected=manifest.messages, seen=seen.messages, used=used.messages
        ),
        artefacts=ContextCoverage(
            expected=manifest.artefacts, seen=seen.artefacts, used=used.artefacts
        ),
    )


def lacks_context(coverage: Coverage) -> bool:
    """Tell whether fewer records than expected of some context were seen."""
    parts = (coverage.objective_rollups, coverage.messages, coverage.artefacts)
    return any(part.expected is not None and part.seen < part.expected for part in parts)
