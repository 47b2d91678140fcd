"""Talk: what personas and the learner say and write in one generated arc."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean
from typing import Final, Literal
from uuid import NAMESPACE_URL, uuid5

from consumer.evaluation import wordings
from consumer.evaluation.factors import (
    EVIDENCE_FEW,
    EVIDENCE_USUAL,
    RATING_NOISE,
    Factors,
)
from consumer.evaluation.rollups import Rollup
from consumer.evaluation.truth import Factor
from schemas.events import ArtefactSubmitted, ConversationMessage, Persona

START: Final = datetime(2026, 2, 2, 8, tzinfo=UTC)
QUESTION_RATE: Final = 0.05

Sender = Literal["user", "persona"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What makes a twin; `touches` the persona or dimension that it is about."""

    factor: Factor
    touches: str | None = None


def personas_of(factors: Factors, source: Random) -> tuple[Persona, ...]:
    """Return the personas of the run, each with another role and name."""
    roles = source.sample(wordings.ROLES, factors.personas)
    names = source.sample(wordings.NAMES, factors.personas)
    return tuple(
        Persona(persona_id=f"p{at + 1}", name=name, role=role, voice=wordings.VOICES[role])
        for at, (name, role) in enumerate(zip(names, roles, strict=True))
    )


def messages_of(
    run_id: str,
    factors: Factors,
    source: Random,
    personas: Sequence[Persona],
    change: Change | None,
) -> tuple[tuple[ConversationMessage, ...], dict[str, tuple[str, ...]]]:
    """Return every thread, and the mark of each that stands in no other."""
    told: list[ConversationMessage] = []
    canaries: dict[str, tuple[str, ...]] = {}
    for persona in personas:
        code = f"{''.join(source.choices('BDFGKLMNPRT', k=3))}-{source.randint(10000, 99999)}-Q"
        canaries[persona.persona_id] = (code,)
        lines: list[tuple[int, Sender, str]] = []
        for stage in range(1 if factors.thin else factors.stages):
            for turn in range(2 if factors.asking else source.randint(1, 2)):
                said = code if stage == turn == 0 else None
                lines.append((stage, "persona", _heard(source, said)))
                lines.append((stage, "user", _spoken(factors, source, change, said)))
        if change is not None and change.touches == persona.persona_id:
            lines += [(0, "user", text) for text in _planted(change, factors)]
        told += [
            _message(run_id, factors, persona, number, line)
            for number, line in enumerate(lines, start=1)
        ]
    return tuple(told), canaries


def artefacts_of(
    run_id: str,
    factors: Factors,
    source: Random,
    rollups: Sequence[Rollup],
    change: Change | None,
) -> tuple[tuple[ArtefactSubmitted, ...], tuple[tuple[int, int], ...]]:
    """Return the learner's own texts, some in two revisions, some rated.

    And for each how many of its sentences give evidence, and of how many.
    """
    texts: list[ArtefactSubmitted] = []
    evidence = []
    for at in range(factors.artefacts):
        stage = at % factors.stages
        scores = [r.score for r in rollups if r.stage == stage and r.score is not None]
        share = evidence_share(factors, at)
        gives = [source.random() < share for _ in range(factors.text_sentences)]
        pools = [wordings.EVIDENCE if one else wordings.SAID for one in gives]
        said = [_said(source, change, pool) for pool in pools]
        evidence.append((sum(gives), len(gives)))
        if change is not None and change.factor in {"self_praise", "injection"}:
            said += _planted(change, factors)
        rating = None
        if (source.random() < 0.5 or factors.rating_gap) and scores:
            told = fmean(scores) + factors.rating_gap + source.gauss(0, RATING_NOISE)
            rating = min(max(told, 0), 1)
        revisions = 2 if source.random() < 0.2 else 1
        texts += [
            ArtefactSubmitted(
                event_id=uuid5(NAMESPACE_URL, f"{run_id}/artefact/{at}/{revision}"),
                occurred_at=START + timedelta(hours=2 * stage, minutes=90 + revision),
                run_id=run_id,
                user_id=f"learner-{factors.index:05d}",
                artefact_id=f"a{at + 1}",
                stage_id=f"s{stage + 1}",
                revision=revision,
                kind=("note", "summary", "reflection", "explanation")[at % 4],
                submitted_at=START + timedelta(hours=2 * stage, minutes=90 + revision),
                text=" ".join(said[: len(said) if revision == revisions else 1]),
                self_rating=None if rating is None else round(rating, 2),
            )
            for revision in range(1, revisions + 1)
        ]
    return tuple(texts), tuple(evidence)


def _message(
    run_id: str,
    factors: Factors,
    persona: Persona,
    number: int,
    line: tuple[int, Sender, str],
) -> ConversationMessage:
    stage, sender, text = line
    at = START + timedelta(hours=2 * stage, minutes=2 * number, seconds=int(persona.persona_id[1:]))
    return ConversationMessage(
        event_id=uuid5(NAMESPACE_URL, f"{run_id}/message/{persona.persona_id}/{number}"),
        occurred_at=at,
        run_id=run_id,
        user_id=f"learner-{factors.index:05d}",
        message_id=f"{persona.persona_id}-{number:03d}",
        persona_id=persona.persona_id,
        stage_id=f"s{stage + 1}",
        sequence=number,
        sender=sender,
        sent_at=at,
        text=text,
    )


def _heard(source: Random, code: str | None) -> str:
    line = wordings.filled(source, source.choice(wordings.HEARD))
    return line if code is None else f"{line} {wordings.filled(source, wordings.CANARY, code=code)}"


def evidence_share(factors: Factors, at: int) -> float:
    """Return the share of the sentences of the artefact number `at` that give evidence."""
    if factors.evidence == "usual":
        return EVIDENCE_USUAL
    late = at >= factors.artefacts / 2
    return factors.evidence_share if late == (factors.evidence == "rising") else EVIDENCE_FEW


def _spoken(factors: Factors, source: Random, change: Change | None, code: str | None) -> str:
    if code is not None:
        template = wordings.CANARY_SAID[_is_second_language(change)]
        return wordings.filled(source, template, code=code)
    asks = source.random() < (factors.asking or QUESTION_RATE)
    asked = wordings.ASKED_WELL if factors.asking else wordings.ASKED
    return _said(source, change, asked if asks else wordings.SAID)


def _said(source: Random, change: Change | None, pairs: Sequence[tuple[str, str]]) -> str:
    # Both ways of saying it draw the same from the source, so that all else stays as it is.
    return wordings.filled(source, source.choice(pairs)[_is_second_language(change)])


def _is_second_language(change: Change | None) -> bool:
    return change is not None and change.factor == "second_language"


def _planted(change: Change, factors: Factors) -> tuple[str, ...]:
    """Return what is said beside the work: other words for each arc, the same in all its texts."""
    if change.factor == "self_praise":
        return _some(wordings.PRAISE, 3, start=factors.index)
    return (
        _some(wordings.INJECTIONS, 4, start=factors.index) if change.factor == "injection" else ()
    )


def _some(pool: Sequence[str], count: int, *, start: int) -> tuple[str, ...]:
    return tuple(pool[(start + at) % len(pool)] for at in range(count))
