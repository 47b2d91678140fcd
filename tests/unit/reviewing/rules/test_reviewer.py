"""The rules reviewer as a whole: any arc, same words, nothing that assembly must take out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.context.records import ContextRecord
from consumer.context.resolve import resolve
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.signals.compute import compute
from producer.arc_files import ArcLine, read_arc_file
from producer.arcs import sample_arcs
from schemas.events import ScenarioCompleted, UserErased
from schemas.review import ReviewReady


def test_the_same_arc_gives_the_same_draft(make_arc: Callable[..., Any]) -> None:
    assert draft_by_rules(make_arc(), ()) == draft_by_rules(make_arc(), ())


def test_it_writes_english_and_says_who_wrote(make_arc: Callable[..., Any]) -> None:
    arc = make_arc()
    trigger = arc.trigger.model_copy(update={"language": "de"})
    german = Arc(
        trigger=trigger,
        objectives=arc.objectives,
        messages=arc.messages,
        artefacts=arc.artefacts,
    )

    draft = draft_by_rules(german, ())

    assert draft.language == "en"
    assert {(c.provider, c.model, c.attempts) for c in draft.calls} == {("rules", "rules", 1)}
    assert [c.call for c in draft.calls] == [
        "arc",
        "scoring",
        "perspective:dana",
        "perspective:sam",
        "perspective:kim",
    ]
    assert {d.raw_xp for d in draft.scoring.dimensions} == {None}


def test_an_empty_arc_gets_a_review_that_says_how_little_there_was(
    make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    empty = review(make_arc(talk={}, objectives=(), artefacts=()))

    assert "too little" in empty.headline.casefold()
    assert (empty.patterns, empty.did_well, empty.kept_stuck, empty.push_next) == ((), (), (), ())
    assert "nothing" in empty.summary.casefold()


def test_an_arc_without_scores_claims_nothing_about_quality(
    make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    bare = make_arc(
        artefacts=(),
        objectives=tuple(
            o.model_copy(
                update={"score": None, "first_score": None, "hints": 0, "issues": (), "attempts": 1}
            )
            for o in make_arc().objectives
        ),
    )

    seen = review(bare)

    assert seen.patterns == ()
    assert "no scores" in seen.headline
    assert all(item.evidence[0].source == "message" for item in seen.did_well)


def test_every_sentence_of_a_draft_stands_up_to_assembly(
    make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    arc = make_arc()
    read = draft_by_rules(arc, ()).arc_read

    kept = review(arc)

    assert kept.headline == read.headline
    assert read.summary in kept.summary
    assert [i.statement for i in kept.did_well] == [i.statement for i in read.did_well]
    assert [i.statement for i in kept.kept_stuck] == [i.statement for i in read.kept_stuck]
    assert [i.action for i in kept.push_next] == [i.action for i in read.push_next]
    assert [d.rationale for d in kept.xp.dimensions] == [
        d.rationale for d in draft_by_rules(arc, ()).scoring.dimensions
    ]


def test_issue_notes_that_are_no_prose_do_no_harm(
    make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    odd = [
        o.model_copy(update={"title": "What “now”?", "feedback": "“"})
        for o in make_arc().objectives
    ]

    assert review(make_arc(objectives=tuple(odd))).headline


@pytest.mark.parametrize("path", sample_arcs(), ids=lambda path: path.stem)
def test_a_sample_arc_is_reviewed_without_a_loss(
    path: Path, review: Callable[..., ReviewReady]
) -> None:
    _assert_survives(_arc_of(path), review)


def test_real_speech_is_reviewed_without_a_loss(
    real_arcs: list[Path], review: Callable[..., ReviewReady]
) -> None:
    for path in real_arcs[:4]:
        arc = _arc_of(path)
        seen = _assert_survives(arc, review)
        assert seen.patterns == ()


def _assert_survives(arc: Arc, review: Callable[..., ReviewReady]) -> ReviewReady:
    signals = compute(arc, base_rates=None)
    draft = draft_by_rules(arc, signals)
    seen = review(arc, *signals)
    assert [p.statement for p in seen.patterns] == [p.statement for p in draft.arc_read.patterns]
    texts = {p.persona_id: p.text for p in seen.perspectives if p.text is not None}
    assert texts == {k: d.text for k, d in draft.perspectives.items() if d is not None}
    facts = facts_of(arc, signals)
    assert not facts.prose_faults(draft.arc_read.headline)
    return seen


def _arc_of(path: Path) -> Arc:
    lines = [line for line in read_arc_file(path) if isinstance(line, ArcLine)]
    trigger = next(x.event for x in lines if isinstance(x.event, ScenarioCompleted))
    records = [
        ContextRecord(event=x.event, record=x.record)
        for x in lines
        if not isinstance(x.event, ScenarioCompleted | UserErased)
    ]
    return resolve(trigger, records).arc
