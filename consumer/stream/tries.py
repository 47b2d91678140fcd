"""One try of one piece of work, and what becomes of it: done, to be tried again, or given up."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from consumer.stream.completion import Completion, Handler, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.errors import (
    DeadLetterTooLarge,
    ProviderOutage,
    Rejected,
    RetryLater,
    StreamError,
)
from consumer.stream.health import StreamHealth
from consumer.stream.retry import RetryLimits, backoff_seconds
from producer.records import SourceRecord
from schemas.errors import ErrorKind

# A revisit has no record to give up: it is tried again this often at most.
REVISIT_RETRY_SECONDS: Final = 60.0

_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Job:
    """A piece of work with the history of its tries."""

    work: SourceRecord | Revisit
    failures: int = 0
    first_failed_at: datetime | None = None
    # On the loop's clock, because the other one may be set.
    first_failed_seconds: float | None = None
    given_up: bool = False

    def failed(self) -> float:
        """Count a failure; return the seconds since the first."""
        now_seconds = asyncio.get_running_loop().time()
        self.failures += 1
        if self.first_failed_seconds is None:
            self.first_failed_at, self.first_failed_seconds = datetime.now(UTC), now_seconds
        return now_seconds - self.first_failed_seconds


class Tries:
    """Calls the handler, and decides from what it raises."""

    def __init__(
        self,
        handler: Handler,
        *,
        dead_letters: DeadLetterDesk,
        limits: RetryLimits,
        health: StreamHealth,
    ) -> None:
        self._handler = handler
        self._dead_letters = dead_letters
        self._limits = limits
        self._health = health
        self._resume_at = 0.0

    @property
    def paused(self) -> bool:
        """Tell whether nothing is to be tried because no provider answers."""
        return asyncio.get_running_loop().time() < self._resume_at

    async def attempt(self, job: Job) -> Completion | float:
        """Try once; return what is to be made safe, or when to try again (seconds).

        Raises:
            StreamError: the stream must stop.
        """
        try:
            if isinstance(job.work, SourceRecord):
                return await self._handler.handle(job.work)
            return await self._handler.revisit(job.work)
        except StreamError as error:
            return self._verdict(job, error)
        except Exception as error:  # noqa: BLE001  # an unknown fault of one record must not end the others
            _log.exception("handler_failed", **_named(job))
            return self._failed(job, type(error).__name__, at_least=0)

    def too_large(self, job: Job, refused: Completion, message: str) -> Completion:
        """Return what takes the place of a completion whose records their topic does not take.

        Raises:
            DeadLetterTooLarge: it was the dead letter itself.
            DeadLetterCeilingExceeded: it would be one dead letter too many this minute.
        """
        if job.given_up and isinstance(job.work, SourceRecord):
            raise DeadLetterTooLarge(job.work)
        replaced = self._given_up(job, "too_large", message)
        if isinstance(job.work, Revisit):
            return Completion(after=refused.on_refused)
        return replaced

    def forget(self, job: Job) -> None:
        """Have the handler drop what it remembers of work that is over, or another's now."""
        if isinstance(job.work, SourceRecord):
            self._handler.forget(job.work)

    def _verdict(self, job: Job, error: StreamError) -> Completion | float:
        if isinstance(error, Rejected):
            return self._given_up(job, error.kind, str(error))
        if isinstance(error, ProviderOutage):
            return self._outage(error)
        if not isinstance(error, RetryLater):
            raise error
        if error.waiting:
            return error.delay_seconds
        return self._failed(job, str(error), at_least=error.delay_seconds)

    def _failed(self, job: Job, message: str, *, at_least: float) -> Completion | float:
        age_seconds = job.failed()
        exhausted = self._limits.exhausted(attempts=job.failures, age_seconds=age_seconds)
        if exhausted and isinstance(job.work, SourceRecord):
            return self._given_up(job, "failed", message)
        self._health.retried()
        pause = REVISIT_RETRY_SECONDS if exhausted else backoff_seconds(job.failures)
        return max(at_least, pause)

    def _outage(self, error: ProviderOutage) -> float:
        now = asyncio.get_running_loop().time()
        if now >= self._resume_at:
            _log.warning("stream_paused", seconds=error.pause_seconds)
        self._resume_at = max(self._resume_at, now + error.pause_seconds)
        return error.pause_seconds

    def _given_up(self, job: Job, kind: ErrorKind, message: str) -> Completion:
        job.given_up = True
        if isinstance(job.work, Revisit):
            # There is no record to set aside; the review that stands goes on standing.
            _log.error("revisit_given_up", **_named(job), kind=kind, error=message)
            return Completion()
        return self._dead_letters.completion(
            job.work,
            kind=kind,
            message=message,
            attempts=max(job.failures, 1),
            first_at=job.first_failed_at,
        )


def _named(job: Job) -> dict[str, object]:
    if isinstance(job.work, Revisit):
        return {"run_id": job.work.run_id, "reason": job.work.reason}
    return {"partition": job.work.partition, "offset": job.work.offset}
