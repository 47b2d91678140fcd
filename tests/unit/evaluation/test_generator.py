from collections import Counter
from pathlib import Path

import pytest

from consumer.commands.arcs import read_arcs
from consumer.commands.review import runs_of
from consumer.evaluation.arcs import generate
from consumer.evaluation.factors import draw
from consumer.evaluation.generator import TWINS, Case, case_with_twin, cases, write_cases
from consumer.evaluation.oracle import best_claims
from consumer.evaluation.truth import read_truth
from schemas.events import ArtefactSubmitted, ConversationMessage

COUNT = 20
SAID = (ArtefactSubmitted, ConversationMessage)


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Case, ...]]:
    return list(cases(COUNT, seed=9))


def test_the_same_seed_gives_the_same_arcs(pairs: list[tuple[Case, ...]]) -> None:
    assert case_with_twin(13, seed=9) == pairs[13]
    assert case_with_twin(13, seed=8)[0].records != pairs[13][0].records


def test_thin_arcs_have_no_twin_and_every_kind_of_twin_occurs(
    pairs: list[tuple[Case, ...]],
) -> None:
    for group in pairs:
        assert (len(group) == 1) or group[0].truth.above_minimum
    twins = Counter(g[1].truth.twin.factor for g in pairs if len(g) > 1 and g[1].truth.twin)
    assert set(twins) == set(TWINS)


def test_a_twin_differs_in_one_thing_only(pairs: list[tuple[Case, ...]]) -> None:
    for original, twin in (group for group in pairs if len(group) == 2):
        assert twin.truth.twin is not None
        assert twin.trigger.run_id == original.trigger.run_id
        before = {record.event_id: record for record in original.records}
        after = {record.event_id: record for record in twin.records}
        changed = [e for i, e in after.items() if i in before and before[i] != e]
        added = [e for i, e in after.items() if i not in before]
        kinds = {type(event).__name__ for event in (*changed, *added)}
        factor = twin.truth.twin.factor
        if factor == "shuffled":
            assert not kinds
            assert twin.records != original.records
        elif factor == "improved":
            assert kinds == {"ObjectiveRolledUp"}
            touched = (twin.truth.twin.touches,)
            assert {getattr(e, "dimension_ids", None) for e in changed} == {touched}
        else:
            assert kinds <= {"ConversationMessage", "ArtefactSubmitted"}


def test_only_one_thread_holds_a_mark(pairs: list[tuple[Case, ...]]) -> None:
    for case in (case for group in pairs for case in group):
        for persona_id, marks in case.truth.canaries.items():
            holders = {
                getattr(event, "persona_id", None)
                for event in case.records
                if any(mark in event.model_dump_json() for mark in marks)
            }
            assert holders == {persona_id}


def test_written_arcs_are_read_back_whole_with_their_truth(
    pairs: list[tuple[Case, ...]], tmp_path: Path
) -> None:
    written = [case for group in pairs[10:14] for case in group]
    write_cases(tmp_path, written)
    for case in written:
        path = tmp_path / f"{case.name}.jsonl"
        lines, wrong = read_arcs([path])
        (run,), astray = runs_of(lines)
        assert (wrong, astray) == (0, ())
        assert run.arc == case.resolved().arc
        assert read_truth(path).runs == {case.trigger.run_id: case.truth}


def test_the_best_detector_finds_most_and_invents_next_to_nothing() -> None:
    found = planted = false = plain = 0
    for index in range(5, 60):
        factors = draw(2, index)
        arc = generate(factors, seed=2)
        claims = best_claims(factors, arc)
        truth = case_with_twin(index, seed=2)[0].truth
        planted += len(truth.patterns)
        found += sum(any(t.is_claimed_by(c) for c in claims) for t in truth.patterns)
        if truth.above_minimum and not truth.patterns:
            plain += 1
            false += bool(claims)
    assert found / planted > 0.75
    assert false / plain < 0.15


def test_every_scored_run_has_a_planted_quality_where_enough_objectives_show_it() -> None:
    known = {index: case_with_twin(index, seed=9)[0].truth.quality for index in range(200)}
    plans = {index: draw(9, index) for index in known}
    for index, plan in plans.items():
        if plan.thin or not plan.scored:
            assert not known[index]
    assert any(known[index] for index, plan in plans.items() if plan.is_stuck)
    assert any(known[index] for index, plan in plans.items() if plan.gains == "good")


def test_what_is_planted_beside_the_work_is_worded_in_many_ways() -> None:
    added = set()
    for index in range(7, 100, 5):  # the places of injections
        group = case_with_twin(index, seed=9)
        if len(group) == 2:
            texts = [{r.text for r in case.records if isinstance(r, SAID)} for case in group]
            added |= texts[1] - texts[0]
    assert len(added) > 8
