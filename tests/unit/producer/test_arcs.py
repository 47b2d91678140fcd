"""Sample arcs: valid, in order, whole, each with what its name says and nothing repeated."""

from collections import Counter
from pathlib import Path

import pytest

from consumer.arc import Arc
from consumer.context.records import ContextRecord
from consumer.context.resolve import resolve
from consumer.signals.compute import compute
from producer.arc_files import ArcLine, read_arc_file
from producer.arcs import sample_arc, sample_arcs
from producer.errors import ArcFileError
from schemas.events import ScenarioCompleted, UserErased

LONG = ("quicker", "stumbler", "independent")
CLAIMS = frozenset({"improving", "worsening", "present"})


def test_all_samples_are_listed_and_found_by_name() -> None:
    names = [path.stem for path in sample_arcs()]

    assert {*LONG, "sparse"} <= set(names)
    assert names == sorted(names)
    assert [sample_arc(name) for name in names] == list(sample_arcs())


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ArcFileError, match="sparse"):
        sample_arc("nobody")


@pytest.mark.parametrize("path", sample_arcs(), ids=lambda path: path.stem)
def test_every_line_is_sound_in_time_order_and_counted_in_the_manifest(path: Path) -> None:
    lines = _lines_of(path)
    arc = _arc_of(path)
    expected = arc.trigger.expected

    times = [line.event.occurred_at for line in lines]
    assert times == sorted(times)
    assert isinstance(lines[-1].event, ScenarioCompleted)
    assert len({line.event.event_id for line in lines}) == len(lines)
    assert expected.objective_rollups == len(arc.objectives)
    assert expected.messages == len(arc.messages)
    assert expected.artefacts == len(arc.artefacts)


@pytest.mark.parametrize("name", LONG)
def test_a_long_sample_has_a_real_arcs_length_and_no_line_twice(name: str) -> None:
    arc = _arc_of(sample_arc(name))

    assert 5 <= len(arc.stages) <= 8
    assert 60 <= len(arc.messages) <= 200
    assert 4 <= len(arc.artefacts) <= 10
    assert 14 <= len(arc.objectives) <= 20
    roles = [persona.role for persona in arc.trigger.personas]
    assert roles == ["manager", "senior_peer", "cross_functional_partner"]
    assert len({persona.voice for persona in arc.trigger.personas}) == 3
    said = Counter(message.text for message in arc.messages)
    assert said.most_common(1)[0][1] == 1


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("quicker", ("pace", "improving")),
        ("stumbler", ("recurring_issue", "present")),
        ("independent", ("independence", "improving")),
    ],
)
def test_a_sample_shows_the_pattern_it_is_named_for(name: str, claim: tuple[str, str]) -> None:
    assert claim in _claims_of(sample_arc(name))


def test_the_sparse_sample_claims_nothing() -> None:
    assert _claims_of(sample_arc("sparse")) == set()


def test_samples_have_dimensions_with_and_without_a_cap() -> None:
    caps = [d.max_xp for path in sample_arcs() for d in _arc_of(path).trigger.xp.dimensions]

    assert None in caps
    assert any(cap is not None for cap in caps)


def _claims_of(path: Path) -> set[tuple[str, str]]:
    signals = compute(_arc_of(path), base_rates=None)
    # A description of the writing is "present" and claims no pattern.
    return {(s.kind, s.verdict) for s in signals if s.verdict in CLAIMS and s.kind != "writing"}


def _lines_of(path: Path) -> list[ArcLine]:
    lines = list(read_arc_file(path))
    assert not [line for line in lines if isinstance(line, ArcFileError)]
    return [line for line in lines if isinstance(line, ArcLine)]


def _arc_of(path: Path) -> Arc:
    lines = _lines_of(path)
    trigger = next(x.event for x in lines if isinstance(x.event, ScenarioCompleted))
    records = [
        ContextRecord(event=x.event, record=x.record)
        for x in lines
        if not isinstance(x.event, ScenarioCompleted | UserErased)
    ]
    resolved = resolve(trigger, records)
    assert not resolved.unsound
    assert resolved.ignored == 0
    return resolved.arc
