"""What every event of the unit tests' small arcs has alike."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
EVENT: Final[dict[str, Any]] = {
    "event_id": UUID(int=1),
    "occurred_at": START,
    "run_id": "run-1",
    "user_id": "learner-1",
}
