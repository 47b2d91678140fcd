"""An arc of six stages with three personas and four issue kinds; builders to vary it."""

from collections.abc import Callable, Mapping
from string import ascii_uppercase
from typing import Any, Final, Protocol

import pytest

from consumer.arc import Arc
from consumer.assembly.assemble import assemble
from consumer.assembly.coverage import counts_of, coverage_of
from consumer.reviewing.rules.reviewer import draft_by_rules
from schemas.check import check_review
from schemas.events import (
    ArtefactSubmitted,
    Issue,
    ObjectiveRolledUp,
    Persona,
)
from schemas.review import ReviewReady, Signal
from tests.arcs import START, artefact, message, objective, plan, signal, stages, trigger

STAGE_TITLES: Final = ("Frame", "Gather", "Sort", "Weigh", "Write", "Defend")
PERSONAS: Final = (
    Persona(persona_id="dana", name="Dana", role="manager", voice="calm"),
    Persona(persona_id="sam", name="Sam", role="senior_peer", voice="warm"),
    Persona(persona_id="kim", name="Kim", role="cross_functional_partner", voice="dry"),
)
TALK: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "dana": (
        ("s1", "persona", "When will the export be back for the finance people?"),
        ("s1", "user", "I will have the export back by noon, with a note on what broke."),
        ("s5", "user", "The export is done and the note went to finance at eleven."),
        ("s6", "persona", "What would you tell the auditors if they asked about it?"),
    ),
    "sam": (
        ("s2", "persona", "How did you find the broken column?"),
        ("s2", "user", "I compared the two files because the totals differed by one row."),
        ("s4", "user", "I checked the log before I changed a single line of the job."),
    ),
    "kim": (
        ("s1", "persona", "Our invoices hang on that file, what do we do until then?"),
        ("s1", "user", "Could you send yesterday's file again so your invoices go out?"),
        ("s6", "user", "Your team gets the corrected file tonight, and I will ring you first."),
    ),
}


class MakeSignal(Protocol):
    """Builds one signal with the given changes."""

    def __call__(self, kind: str, verdict: str, **changes: Any) -> Signal: ...


class MakeArc(Protocol):
    """Builds an arc from parts of the usual one."""

    def __call__(self, **changes: Any) -> Arc: ...


class WellDone(Protocol):
    """Builds an arc of well done objectives; `every` one may change, and some by their numbers."""

    def __call__(
        self, changes: Mapping[int, Mapping[str, Any]] | None = None, **every: Any
    ) -> Arc: ...


def _objective(number: int) -> ObjectiveRolledUp:
    """Return the objective of that number, three a stage, the first half with hints."""
    stage = (number - 1) // 3 + 1
    early = stage <= 3
    return objective(
        number,
        f"s{stage}",
        title=f"Piece {ascii_uppercase[number - 1]} of the work",
        dimension_ids=("craft",) if number % 2 else ("clarity",),
        attempts=2 if early else 1,
        hints=3 if early else 0,
        hint_before_first_attempt=early,
        active_seconds=600.0 - 25 * number,
        score=0.75 if early else 0.78,
        first_score=0.4 if early else 0.78,
        issues=(
            (Issue(kind="unstated_assumption", note=f"Assumed the file {number} was complete."),)
            if number % 3 == 1
            else ()
        ),
        feedback="Say what you take for granted before you conclude." if number == 4 else None,
    )


def _artefact(number: int) -> ArtefactSubmitted:
    text = f"Note {number} says which rows were wrong and how I found that out."
    return artefact(number, f"s{number}", text=text, self_rating=0.95)


@pytest.fixture
def make_arc() -> MakeArc:
    """Return a builder of arcs; `talk`, `objectives`, `personas` and `artefacts` may change."""

    def build(**changes: Any) -> Arc:
        talk = changes.get("talk", TALK)
        messages = [
            message(
                number,
                stage,
                message_id=f"{persona}-{number}",
                persona_id=persona,
                sender=sender,
                text=text,
            )
            for persona, lines in talk.items()
            for number, (stage, sender, text) in enumerate(lines, start=1)
        ]
        messages.sort(key=lambda m: m.stage_id)
        return Arc(
            trigger=trigger(
                stages=stages(*STAGE_TITLES, minutes=[20] * len(STAGE_TITLES)),
                personas=changes.get("personas", PERSONAS),
                xp=plan(craft="Craft", clarity="Clarity", care="Care"),
            ),
            objectives=changes.get("objectives", tuple(_objective(n) for n in range(1, 19))),
            messages=tuple(messages),
            artefacts=changes.get("artefacts", tuple(_artefact(n) for n in (1, 3, 6))),
        )

    return build


@pytest.fixture
def well_done(make_arc: MakeArc) -> WellDone:
    """Return a builder of arcs whose objectives came right at once, without a hint or an issue."""
    well = {"attempts": 1, "hints": 0, "score": 0.9, "first_score": 0.9, "issues": ()}
    well |= {"feedback": None, "hint_before_first_attempt": None}

    def build(changes: Mapping[int, Mapping[str, Any]] | None = None, **every: Any) -> Arc:
        objectives = tuple(
            o.model_copy(update={**well, **every, **(changes or {}).get(number, {})})
            for number, o in enumerate(make_arc().objectives, start=1)
        )
        return make_arc(objectives=objectives)

    return build


@pytest.fixture
def make_signal() -> MakeSignal:
    """Return a builder of signals that were measured in every stage."""

    def build(kind: str, verdict: str, **changes: Any) -> Signal:
        fell = {"value": -0.2, "low": -0.3, "high": -0.1, "n": 18, "minimum_n": 6}
        return signal(kind, verdict, stages=len(STAGE_TITLES), **(fell | changes))

    return build


@pytest.fixture
def review() -> Callable[..., ReviewReady]:
    """Return what becomes of a rules draft in assembly, held to the JSON Schema."""

    def build(arc: Arc, *signals: Signal) -> ReviewReady:
        seen = counts_of(arc)
        assembled = assemble(
            draft_by_rules(arc, signals),
            arc=arc,
            signals=signals,
            coverage=coverage_of(arc.trigger.expected, seen=seen, used=seen),
            revision=1,
            created_at=START,
            schema_version=1,
            xp_band=0.25,
        )
        check_review(assembled)
        return assembled

    return build
