"""The reviewer: one draft from an arc and its signals, without a model.

Same arc and signals, same draft. It writes English whatever language the run is in, and says so in
the draft's language.
"""

from typing import Final

from consumer.arc import Arc
from consumer.drafts import ArcRead, ReviewDraft
from consumer.reviewing.rules.patterns import patterns_of
from consumer.reviewing.rules.personas.speaking import perspectives_of
from consumer.reviewing.rules.pushes import pushes_of
from consumer.reviewing.rules.reading import Reading, reading_of
from consumer.reviewing.rules.scoring import scoring_of
from consumer.reviewing.rules.sticking import sticking_points_of
from consumer.reviewing.rules.strengths import strengths_of
from consumer.reviewing.rules.summary import headline_of, summary_of
from consumer.reviewing.rules.writing_style import writing_style_of
from schemas.review import Call, Signal

RULES_VERSION: Final = "rules-1"
_NAME: Final = "rules"


def draft_by_rules(arc: Arc, signals: tuple[Signal, ...]) -> ReviewDraft:
    """Write a whole review by rules; never fails, also where there is next to nothing."""
    reading = reading_of(arc, signals)
    perspectives = perspectives_of(reading)
    return ReviewDraft(
        reviewer="rules",
        language="en",
        arc_read=_arc_read(reading),
        scoring=scoring_of(reading),
        perspectives=perspectives,
        calls=_calls(tuple(perspectives)),
        prompt_version=RULES_VERSION,
    )


def _arc_read(reading: Reading) -> ArcRead:
    patterns = patterns_of(reading)
    did_well = strengths_of(reading)
    praised = frozenset(citation.source_id for item in did_well for citation in item.evidence)
    kept_stuck = sticking_points_of(reading, praised=praised)
    return ArcRead(
        headline=headline_of(reading, patterns),
        summary=summary_of(reading, patterns, statements=len(did_well) + len(kept_stuck)),
        patterns=patterns,
        did_well=did_well,
        kept_stuck=kept_stuck,
        push_next=pushes_of(reading),
        writing_style=writing_style_of(reading),
    )


def _calls(persona_ids: tuple[str, ...]) -> tuple[Call, ...]:
    names = ("arc", "scoring", *(f"perspective:{persona_id}" for persona_id in persona_ids))
    return tuple(
        Call(
            call=name,
            provider=_NAME,
            model=_NAME,
            fallback=False,
            attempts=1,
            reused=False,
            latency_ms=0,
            input_tokens=None,
            output_tokens=None,
        )
        for name in names
    )
