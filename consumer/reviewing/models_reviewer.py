"""The models' reviewer: arc read, scoring and perspectives asked for at the same time."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from pydantic import ValidationError

from consumer.arc import Arc
from consumer.assembly.facts import Facts, facts_of
from consumer.assembly.faults import find_faults
from consumer.computing import computed
from consumer.drafts import ArcRead, PerspectiveDraft, ReviewDraft, Scoring
from consumer.reviewing.answer_schema import Answer
from consumer.reviewing.calls.fallback import Answered, FallbackCaller, Unanswered
from consumer.reviewing.calls.journaled import JournaledCall, read_journaled
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.ports import Journal
from consumer.reviewing.prompting.prompts import Prompt, PromptSet, prompts_of
from consumer.reviewing.prompting.selection import PromptBounds
from producer.fault_points import FaultPoint, reach
from prompts.library import prompt_version
from schemas.review import Call, Signal

ESSENTIAL: Final = ("arc", "scoring")

OnCall = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finished:
    """One call's end: an answer with its provenance, or how every provider failed."""

    prompt: Prompt
    answer: Answer | None = None
    provenance: Call | None = None
    failure: Unanswered | None = None


class ModelReviewer:
    """Writes a draft by models alone.

    `marker_key` is a secret of the deployment: it makes the markers around learner text. Every
    finished call is in the journal before anything else happens with it. `waits_out_outages` says
    that a persona whose providers' circuits are all open is worth waiting for, as the deadline's
    clock stands meanwhile; else it is unavailable. `on_end` is told each call and how it ended:
    answered, fallback, reused or unanswered.
    """

    def __init__(
        self,
        caller: FallbackCaller,
        *,
        journal: Journal,
        marker_key: bytes,
        bounds: PromptBounds | None = None,
        waits_out_outages: bool = True,
        on_end: Callable[[str, str], None] = lambda _call, _end: None,
    ) -> None:
        self._caller = caller
        self._journal = journal
        self._marker_key = marker_key
        self._bounds = bounds or PromptBounds()
        self._waits_out_outages = waits_out_outages
        self._on_end = on_end

    async def draft(
        self, arc: Arc, signals: tuple[Signal, ...], *, deadline: float, on_progress: OnCall
    ) -> ReviewDraft:
        """Return a draft before `deadline` (the loop's clock).

        `on_progress` is told (calls done, calls in all), the first time with none done.

        Raises:
            ReviewCallsFailed: no provider gave the arc read, or none the scoring; or every circuit
                opened before a persona's call had its time.
            DebriefError: the journal is away; what was answered by then is in it or asked again.
        """
        prompt_set, facts = await computed(deadline, self._prepared, arc, signals)
        check = partial(find_faults, arc=arc, signals=signals, facts=facts)
        run_id, total, done = arc.trigger.run_id, len(prompt_set.prompts), 0
        on_progress(done, total)

        async def one(prompt: Prompt) -> _Finished:
            nonlocal done
            faults = partial(check, persona_id=prompt.persona_id)
            finished = await self._call(run_id, prompt, faults, deadline)
            done += 1
            on_progress(done, total)
            return finished

        # One that fails, or finds the journal away, leaves the others running: they are journaled
        # and serve the next try.
        calls = asyncio.gather(*map(one, prompt_set.prompts), return_exceptions=True)
        finished = [_raised_or(end) for end in await calls]
        self._give_up_without(finished, deadline)
        return _draft(arc, prompt_set, finished)

    def _prepared(self, arc: Arc, signals: tuple[Signal, ...]) -> tuple[PromptSet, Facts]:
        """Write the prompts, and index what their answers are held against."""
        prompts = prompts_of(arc, signals, marker_key=self._marker_key, bounds=self._bounds)
        return prompts, facts_of(arc, signals)

    def _give_up_without(self, finished: Sequence[_Finished], deadline: float) -> None:
        failed = {end.prompt.call: end.failure for end in finished if end.failure is not None}
        missing = {call: end for call, end in failed.items() if call in ESSENTIAL}
        if missing:
            raise _calls_failed(missing)
        in_time = asyncio.get_running_loop().time() < deadline
        if self._waits_out_outages and in_time:
            cut_off = {c: end for c, end in failed.items() if end.reopens_in_seconds is not None}
            if cut_off:
                raise _calls_failed(cut_off)

    async def _call(
        self,
        run_id: str,
        prompt: Prompt,
        faults: Callable[[Answer], tuple[str, ...]],
        deadline: float,
    ) -> _Finished:
        kept = await self._reuse(run_id, prompt)
        if kept is not None:
            self._on_end(prompt.answer, "reused")
            return kept
        answered = await self._caller.ask(prompt, faults, deadline=deadline, run_id=run_id)
        if isinstance(answered, Unanswered):
            self._on_end(prompt.answer, "unanswered")
            return _Finished(prompt=prompt, failure=answered)
        self._on_end(prompt.answer, "fallback" if answered.fallback else "answered")
        entry = _entry(answered)
        await self._journal.put(
            run_id=run_id,
            call=prompt.call,
            prompt_hash=prompt.prompt_hash,
            outcome=entry.model_dump_json(),
        )
        reach(FaultPoint.AFTER_CALL)
        provenance = _provenance(prompt, entry, reused=False)
        return _Finished(prompt=prompt, answer=answered.answer, provenance=provenance)

    async def _reuse(self, run_id: str, prompt: Prompt) -> _Finished | None:
        entry = read_journaled(
            await self._journal.get(run_id=run_id, call=prompt.call, prompt_hash=prompt.prompt_hash)
        )
        if entry is None:
            return None
        try:
            answer = entry.read_answer(prompt.answer)
        except ValidationError:
            return None  # written by a version whose drafts looked different: ask again
        provenance = _provenance(prompt, entry, reused=True)
        return _Finished(prompt=prompt, answer=answer, provenance=provenance)


def _raised_or(end: _Finished | BaseException) -> _Finished:
    if isinstance(end, BaseException):
        raise end
    return end


def _calls_failed(failed: Mapping[str, Unanswered]) -> ReviewCallsFailed:
    """Say which calls failed, and how long no other run would fare better, where that is so."""
    waits = [_no_sooner_seconds(end) for end in failed.values()]
    known = [wait for wait in waits if wait is not None]
    return ReviewCallsFailed(
        {call: end.kinds for call, end in failed.items()},
        pause_seconds=max(known) if len(known) == len(waits) else None,
    )


def _no_sooner_seconds(end: Unanswered) -> float | None:
    return end.budget_in_seconds if end.reopens_in_seconds is None else end.reopens_in_seconds


def _draft(arc: Arc, prompt_set: PromptSet, finished: Sequence[_Finished]) -> ReviewDraft:
    answers = {end.prompt.call: end.answer for end in finished}
    arc_read, scoring = answers["arc"], answers["scoring"]
    # Which answer each call has was decided by its prompt; mypy is told so.
    assert isinstance(arc_read, ArcRead)  # noqa: S101
    assert isinstance(scoring, Scoring)  # noqa: S101
    perspectives = {
        end.prompt.persona_id: end.answer if isinstance(end.answer, PerspectiveDraft) else None
        for end in finished
        if end.prompt.persona_id is not None
    }
    return ReviewDraft(
        reviewer="model",
        language=arc.trigger.language,
        arc_read=arc_read,
        scoring=scoring,
        perspectives=perspectives,
        calls=tuple(end.provenance for end in finished if end.provenance is not None),
        prompt_version=prompt_version(),
        used=prompt_set.used,
    )


def _entry(answered: Answered) -> JournaledCall:
    return JournaledCall(
        provider=answered.provider,
        model=answered.model,
        fallback=answered.fallback,
        attempts=answered.attempts,
        latency_ms=round(answered.latency_seconds * 1000),
        input_tokens=answered.usage.input_tokens,
        output_tokens=answered.usage.output_tokens,
        answer=answered.answer.model_dump_json(),
    )


def _provenance(prompt: Prompt, entry: JournaledCall, *, reused: bool) -> Call:
    return Call(
        call=prompt.call,
        provider=entry.provider,
        model=entry.model,
        fallback=entry.fallback,
        attempts=entry.attempts,
        reused=reused,
        latency_ms=entry.latency_ms,
        input_tokens=entry.input_tokens,
        output_tokens=entry.output_tokens,
    )
