"""The whole flow of one review, on one screen, in the order of the data.

    record → decode → register → wait until whole → gather → signals → draft → assemble → check

What leaves is a `Completion`: the records to publish before the trigger's offset may move. This
module decides nothing by itself; each step is a call into the part that does.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from consumer.arc import Arc
from consumer.context.errors import RowRefusedError, StoreError, UserErasedError
from consumer.context.gather import gather
from consumer.context.resolve import Resolved
from consumer.context.store import Run, Store
from consumer.context.wholeness import Wholeness
from consumer.failed_calls import told_to_the_stream
from consumer.publication import Publication
from consumer.reports import Reports
from consumer.review_arc import Reviewing, ReviewOptions, review_arc
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.stream.completion import Completion, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.errors import Rejected, RetryLater
from consumer.tracing import NoTracing, Tracing
from producer.fault_points import FaultPoint, reach
from producer.progress import ProgressPublisher
from producer.records import SourceRecord
from producer.reviews import review_record
from schemas.cloudevents import TRACEPARENT, header, trace_or_new
from schemas.errors import InvalidReviewError, RegistryUnavailableError, SchemaError
from schemas.events import ScenarioCompleted
from schemas.progress import Phase, ReviewProgress
from schemas.review import ReviewReady, review_id_of
from schemas.topics import Topics
from schemas.wire import WriterSchemas, decode

STORE_RETRY_SECONDS: Final = 2.0
REGISTRY_RETRY_SECONDS: Final = 2.0

# The trace of the trigger at hand: each record is handled in a task of its own.
_TRACE: Final[ContextVar[str | None]] = ContextVar("trace", default=None)
_log = structlog.get_logger(__name__)


class ReviewPipeline:
    """Handles the records of `scenario.completed`; one instance serves all runs at once."""

    def __init__(
        self,
        *,
        store: Store,
        wholeness: Wholeness,
        reviewing: Reviewing,
        options: ReviewOptions,
        progress: ProgressPublisher,
        dead_letters: DeadLetterDesk,
        topics: Topics,
        clock: Callable[[], datetime],
        writers: WriterSchemas | None = None,
        review_schema_id: int | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self._store = store
        self._wholeness = wholeness
        self._reviewing = reviewing
        self._options = options
        self._progress = progress
        self._dead_letters = dead_letters
        self._topics = topics
        self._clock = clock
        self._writers = writers
        self._review_schema_id = review_schema_id
        self._tracing = tracing or NoTracing()
        # Of each trigger that waits here: where its record stands, and the run.
        self._waiting: dict[tuple[int, int], str] = {}

    async def handle(self, record: SourceRecord) -> Completion:
        """Take one trigger as far as it goes now.

        Raises:
            Rejected: the record is no trigger, or its review cannot be valid.
            RetryLater: the run is not whole yet, or something failed that may pass.
            ProviderOutage: no model provider answers.
        """
        try:
            trigger = await self._trigger_of(record)
            trace = header(record.headers, TRACEPARENT)
            _TRACE.set(trace_or_new(trace, seed=review_id_of(trigger.run_id)))
            # A clock ahead of ours must not stretch the grace.
            triggered_at_ms = min(record.timestamp_ms, _milliseconds(self._clock()))
            run = await self._store.register(
                trigger, triggered_at_ms=triggered_at_ms, partition=record.partition
            )
            if run.revision > 0:
                _log.info("trigger_repeated", run_id=trigger.run_id, offset=record.offset)
                return Completion()
            await self._wait_until_whole(run, record)
            await self._report(trigger, "gathering", "reading the run's records")
            resolved = await self._gather(run)
            return await self._review(run, resolved)
        except UserErasedError:
            _log.info("trigger_of_an_erased_user", offset=record.offset)
            return Completion()
        except RowRefusedError:
            raise
        except StoreError as error:
            # Away, or read-only, or without a right that we need: never the record's fault.
            _log.warning("store_unavailable", error=str(error))
            raise RetryLater(STORE_RETRY_SECONDS, str(error), waiting=True) from error

    async def revisit(self, revisit: Revisit) -> Completion:
        """Review a run again: a new revision, unless nothing that stands has changed.

        A review that cannot be valid is given up here, and the one that stands goes on standing.

        Raises:
            RetryLater: something failed that may pass.
            ProviderOutage: no model provider answers.
        """
        try:
            run = await self._store.run(revisit.run_id)
            if run is None or run.revision == 0:
                return Completion()
            return await self._revisit(run, wanted=revisit.reason == "redo")
        except UserErasedError:
            _log.info("revisit_of_an_erased_user", run_id=revisit.run_id)
            return Completion()
        except RowRefusedError:
            raise
        except StoreError as error:
            # Away, or read-only, or without a right that we need: never the record's fault.
            _log.warning("store_unavailable", error=str(error))
            raise RetryLater(STORE_RETRY_SECONDS, str(error), waiting=True) from error

    def forget(self, record: SourceRecord) -> None:
        """Drop what is remembered of a trigger that is done with, or another process's now."""
        run_id = self._waiting.pop(_place(record), None)
        if run_id is not None:
            self._wholeness.forget(run_id)

    async def _revisit(self, run: Run, *, wanted: bool) -> Completion:
        if wanted and run.wanted_revision <= run.revision:
            return Completion()  # published since it was found to be due
        _TRACE.set(trace_or_new(None, seed=review_id_of(run.trigger.run_id)))
        resolved = await self._gather(run)
        if not wanted and resolved.arc_digest == run.arc_digest:
            await self._store.mark_checked(run)
            return Completion()
        try:
            return await self._review(run, resolved)
        except Rejected as error:
            # Due again by nothing but something new: else it would fail again, every second.
            await self._store.give_up_revisit(run)
            _log.error(
                "revisit_given_up", run_id=run.trigger.run_id, kind=error.kind, error=str(error)
            )
            return Completion()

    async def _trigger_of(self, record: SourceRecord) -> ScenarioCompleted:
        resolver = None
        try:
            if self._writers is not None:
                resolver = await self._writers.resolver_for([record.value])
            event = decode("scenario_completed", record.value, resolver=resolver)
        except RegistryUnavailableError as error:
            raise RetryLater(REGISTRY_RETRY_SECONDS, str(error), waiting=True) from error
        except SchemaError as error:
            raise Rejected(error.kind, str(error)) from error
        if not isinstance(event, ScenarioCompleted):
            raise Rejected("invalid", "this is no scenario.completed")
        return event

    async def _wait_until_whole(self, run: Run, record: SourceRecord) -> None:
        first_time = _place(record) not in self._waiting
        if first_time:
            self._waiting[_place(record)] = run.trigger.run_id
            await self._report(run.trigger, "received", "the scenario is over")
        delay_seconds = await self._wholeness.delay_seconds(run)
        if delay_seconds > 0:
            if first_time:
                await self._report(run.trigger, "delayed", "waiting for the run's records")
            raise RetryLater(delay_seconds, "the run is not whole yet", waiting=True)

    async def _gather(self, run: Run) -> Resolved:
        resolved = await gather(self._store, run.trigger)
        reach(FaultPoint.AFTER_GATHER)
        await self._dead_letter_unsound(resolved)
        return resolved

    async def _review(self, run: Run, resolved: Resolved) -> Completion:
        trigger = run.trigger
        trace = _TRACE.get()
        total = _calls(resolved.arc)
        await self._report(trigger, "reviewing", "writing the review", total=total)
        with self._tracing.span("review", traceparent=trace) as span:
            span.set("debrief.run_id", trigger.run_id)
            review = await self._checked(resolved, run=run)
            span.set("debrief.revision", review.revision)
            span.set("debrief.status", review.status)
            span.set("debrief.reviewer", review.reviewer)
        calls = len(review.provenance.calls)
        await self._report(trigger, "validating", "checking the review", done=calls, total=calls)

        async def published() -> None:
            _TRACE.set(trace)  # awaited by whoever commits, whose trace is another run's or none
            await self._report(trigger, "ready", "the review is there", done=calls, total=calls)
            _log.info(
                "review_published",
                run_id=trigger.run_id,
                revision=review.revision,
                status=review.status,
                reviewer=review.reviewer,
                patterns=len(review.patterns),
            )

        record = review_record(
            review, self._topics, traceparent=trace, schema_id=self._review_schema_id
        )
        publication = Publication(
            run_id=trigger.run_id,
            user_id=trigger.user_id,
            revision=review.revision,
            status=review.status,
            published_at_ms=_milliseconds(self._clock()),
            reviewed_changes=run.changes,
            arc_digest=resolved.arc_digest,
            asked_for=run.wanted_revision > run.revision,
        )
        return Completion(
            records=(record,),
            publication=publication,
            after=published,
            on_refused=partial(self._store.give_up_revisit, run),
        )

    async def _checked(self, resolved: Resolved, *, run: Run) -> ReviewReady:
        # What is told of the calls is told before what is told of their end.
        try:
            async with Reports() as reports:

                def on_call(done: int, total: int) -> None:
                    report = self._report(run.trigger, "reviewing", "", done=done, total=total)
                    reports.add(report)

                return await review_arc(
                    resolved,
                    reviewing=self._reviewing,
                    options=self._options,
                    revision=run.revision + 1,
                    clock=self._clock,
                    on_progress=on_call,
                )
        except InvalidReviewError as error:
            await self._report(run.trigger, "failed", "the review was not valid")
            raise Rejected(error.kind, str(error)) from error
        except ReviewCallsFailed as error:
            await self._report(run.trigger, "delayed", "the models do not answer")
            raise told_to_the_stream(error) from error

    async def _dead_letter_unsound(self, resolved: Resolved) -> None:
        fresh = [one for one in resolved.unsound if not one.record.dead_lettered]
        for one in fresh:
            await self._dead_letters.send(
                one.record.record, kind="unknown_reference", message=one.reason
            )
        await self._store.mark_dead_lettered([one.record for one in fresh])

    async def _report(
        self,
        trigger: ScenarioCompleted,
        phase: Phase,
        detail: str,
        *,
        done: int = 0,
        total: int = 0,
    ) -> None:
        await self._progress.report(
            ReviewProgress(
                run_id=trigger.run_id,
                user_id=trigger.user_id,
                at=self._clock(),
                phase=phase,
                done=done,
                total=total,
                detail=detail,
            ),
            traceparent=_TRACE.get(),
        )


def _place(record: SourceRecord) -> tuple[int, int]:
    return record.partition, record.offset


def _calls(arc: Arc) -> int:
    # The arc read, the scoring, and one call for each persona that was spoken with.
    spoken_with = [one for one in arc.trigger.personas if arc.thread(one.persona_id)]
    return 2 + len(spoken_with)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
