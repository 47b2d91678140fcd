"""When a run is whole. Pure.

A run is taken when every number of its manifest is known and met. Otherwise it is taken as it is
once the grace has passed since the trigger's record timestamp and ingestion has read all that
stood in the input topics at that moment. A manifest with an unknown number can never be known to
be met, so it, too, waits for the second rule.
"""

from schemas.events import Manifest


def is_met(manifest: Manifest, *, objective: int, message: int, artefact: int) -> bool:
    """Tell whether a manifest is wholly known and met; more than expected is whole."""
    pairs = (
        (manifest.objective_rollups, objective),
        (manifest.messages, message),
        (manifest.artefacts, artefact),
    )
    return all(expected is not None and seen >= expected for expected, seen in pairs)


def grace_left_seconds(*, triggered_at_ms: int, now_ms: int, grace_seconds: float) -> float:
    """Return how long the grace still lasts, 0 where it is over."""
    return max(0.0, grace_seconds - (now_ms - triggered_at_ms) / 1000)
