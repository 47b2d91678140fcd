"""`review.progress`: what is happening to a run's review right now."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from schemas.fields import NO_NUL, Count, Id, OutputModel, Utc

Phase = Literal["received", "gathering", "reviewing", "validating", "ready", "delayed", "failed"]


class ReviewProgress(OutputModel):
    """One step; `done` of `total` model calls; `detail` is short and holds no learner text."""

    run_id: Id
    user_id: Id
    at: Utc
    phase: Phase
    done: Count
    total: Count
    detail: Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)]
