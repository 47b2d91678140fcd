"""The rules reviewer's door: an arc and its signals in, a whole draft out."""

from consumer.arc import Arc
from consumer.drafts import ArcRead, ReviewDraft, Scoring
from consumer.reviewing.plain_rules.findings import kept_stuck, next_pushes, went_well
from consumer.reviewing.plain_rules.patterns import pattern_drafts
from consumer.reviewing.plain_rules.personas import perspectives
from consumer.reviewing.plain_rules.summary import dimension_score, headline, summary, writing_style
from schemas.review import Call, Signal

LANGUAGE = "en"
VERSION = "rules.v1"


def draft_by_rules(arc: Arc, signals: tuple[Signal, ...]) -> ReviewDraft:
    """Return a draft written from signals and evidence alone; same arc, same words. English."""
    patterns = pattern_drafts(arc, signals)
    views = perspectives(arc)
    return ReviewDraft(
        reviewer="rules",
        language=LANGUAGE,
        arc_read=ArcRead(
            headline=headline(arc, patterns),
            summary=summary(arc, signals, patterns),
            patterns=patterns,
            did_well=went_well(arc),
            kept_stuck=kept_stuck(arc),
            push_next=next_pushes(arc),
            writing_style=writing_style(arc, signals),
        ),
        scoring=Scoring(
            dimensions=tuple(dimension_score(arc, d) for d in arc.trigger.xp.dimensions)
        ),
        perspectives=views,
        calls=tuple(
            _call(name)
            for name in ("arc", "scoring", *(f"perspective:{persona}" for persona in views))
        ),
        prompt_version=VERSION,
    )


def _call(name: str) -> Call:
    return Call(
        call=name,
        provider="rules",
        model="rules",
        fallback=False,
        attempts=1,
        reused=False,
        latency_ms=0,
        input_tokens=None,
        output_tokens=None,
    )
