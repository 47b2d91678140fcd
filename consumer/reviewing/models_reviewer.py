"""The models' reviewer: arc read, scoring and perspectives asked for at the same time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from pydantic import ValidationError

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.faults import find_faults
from consumer.drafts import ArcRead, PerspectiveDraft, ReviewDraft, Scoring
from consumer.reviewing.answer_schema import Answer
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.fallback import Answered, FallbackCaller, Unanswered
from consumer.reviewing.journaled import JournaledCall, read_journaled
from consumer.reviewing.outcome import OutcomeKind
from consumer.reviewing.ports import Journal
from consumer.reviewing.prompting import Prompt, PromptSet, prompts_of
from consumer.reviewing.selection import PromptBounds
from prompts.library import prompt_version
from schemas.review import Call, Signal

ESSENTIAL: Final = ("arc", "scoring")

OnCall = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finished:
    """One call's end: an answer with its provenance, or how every provider failed."""

    prompt: Prompt
    answer: Answer | None
    provenance: Call | None
    kinds: tuple[OutcomeKind, ...] = ()


class ModelReviewer:
    """Writes a draft by models alone.

    `marker_key` is a secret of the deployment: it makes the markers around learner text. Every
    finished call is in the journal before anything else happens with it.
    """

    def __init__(
        self,
        caller: FallbackCaller,
        *,
        journal: Journal,
        marker_key: bytes,
        bounds: PromptBounds | None = None,
    ) -> None:
        self._caller = caller
        self._journal = journal
        self._marker_key = marker_key
        self._bounds = bounds or PromptBounds()

    async def draft(
        self, arc: Arc, signals: tuple[Signal, ...], *, deadline: float, on_progress: OnCall
    ) -> ReviewDraft:
        """Return a draft before `deadline` (the loop's clock).

        `on_progress` is told (calls done, calls in all), the first time with none done.

        Raises:
            ReviewCallsFailed: no provider gave the arc read, or none the scoring.
        """
        prompt_set = prompts_of(arc, signals, marker_key=self._marker_key, bounds=self._bounds)
        check = partial(find_faults, arc=arc, signals=signals, facts=facts_of(arc, signals))
        run_id, total, done = arc.trigger.run_id, len(prompt_set.prompts), 0
        on_progress(done, total)

        async def one(prompt: Prompt) -> _Finished:
            nonlocal done
            faults = partial(check, persona_id=prompt.persona_id)
            finished = await self._call(run_id, prompt, faults, deadline)
            done += 1
            on_progress(done, total)
            return finished

        # One that fails leaves the others running: they are journaled and serve the next try.
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(prompt)) for prompt in prompt_set.prompts]
        except ExceptionGroup as failures:
            # What the journal raises means something to whoever asked; a group of it does not.
            raise failures.exceptions[0] from failures
        return _draft(arc, prompt_set, [task.result() for task in tasks])

    async def _call(
        self,
        run_id: str,
        prompt: Prompt,
        faults: Callable[[Answer], tuple[str, ...]],
        deadline: float,
    ) -> _Finished:
        kept = await self._reuse(run_id, prompt)
        if kept is not None:
            return kept
        answered = await self._caller.ask(prompt, faults, deadline=deadline)
        if isinstance(answered, Unanswered):
            return _Finished(prompt=prompt, answer=None, provenance=None, kinds=answered.kinds)
        entry = _entry(answered)
        await self._journal.put(
            run_id=run_id,
            call=prompt.call,
            prompt_hash=prompt.prompt_hash,
            outcome=entry.model_dump_json(),
        )
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


def _draft(arc: Arc, prompt_set: PromptSet, finished: list[_Finished]) -> ReviewDraft:
    answers = {end.prompt.call: end.answer for end in finished}
    arc_read, scoring = answers["arc"], answers["scoring"]
    if not isinstance(arc_read, ArcRead) or not isinstance(scoring, Scoring):
        raise ReviewCallsFailed(
            {
                end.prompt.call: end.kinds
                for end in finished
                if end.answer is None and end.prompt.call in ESSENTIAL
            }
        )
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
