"""Soundness first, then which record stands, then the order of the arc."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumer.context.resolve import resolve, unsoundness
from schemas.events import ContextEvent, ScenarioCompleted
from tests.arcs import artefact, kept, message, objective


def test_of_an_objective_the_latest_stands(trigger: ScenarioCompleted) -> None:
    early, late = objective(1, objective_id="o"), objective(2, objective_id="o", hints=4)
    resolved = resolve(trigger, [kept(late), kept(early)])
    assert resolved.arc.objectives == (late,)
    assert resolved.ignored == 1


def test_of_objectives_of_one_moment_the_greater_event_id_stands(
    trigger: ScenarioCompleted,
) -> None:
    at = objective(1).occurred_at
    low = objective(9, objective_id="o", occurred_at=at)
    # 0x10 is greater than 9, though "10" sorts before "9".
    high = objective(16, objective_id="o", occurred_at=at)
    assert resolve(trigger, [kept(high), kept(low)]).arc.objectives == (high,)


def test_of_a_message_the_earliest_stands(trigger: ScenarioCompleted) -> None:
    early, late = message(1, message_id="m"), message(2, message_id="m", text="changed")
    resolved = resolve(trigger, [kept(late), kept(early)])
    assert resolved.arc.messages == (early,)
    assert resolved.ignored == 1


def test_an_unsound_message_does_not_push_out_the_sound_one_of_its_id(
    trigger: ScenarioCompleted,
) -> None:
    stranger = message(1, message_id="m", persona_id="nobody")
    sound = message(2, message_id="m")
    resolved = resolve(trigger, [kept(stranger), kept(sound)])
    assert resolved.arc.messages == (sound,)
    assert resolved.ignored == 0
    assert [one.record.event for one in resolved.unsound] == [stranger]


def test_an_unsound_objective_does_not_replace_the_sound_one_of_its_id(
    trigger: ScenarioCompleted,
) -> None:
    sound = objective(1, objective_id="o")
    later = objective(2, objective_id="o", user_id="somebody-else")
    assert resolve(trigger, [kept(sound), kept(later)]).arc.objectives == (sound,)


def test_revisions_of_an_artefact_stand_side_by_side(trigger: ScenarioCompleted) -> None:
    first = artefact(1, artefact_id="a", revision=1)
    second = artefact(2, artefact_id="a", revision=2)
    again = artefact(3, artefact_id="a", revision=2, text="too late")
    resolved = resolve(trigger, [kept(again), kept(second), kept(first)])
    assert resolved.arc.artefacts == (first, second)
    assert resolved.ignored == 1


def test_one_id_names_different_things_in_different_contexts(trigger: ScenarioCompleted) -> None:
    events: list[ContextEvent] = [
        objective(1, objective_id="x"),
        message(2, message_id="x"),
        artefact(3, artefact_id="x"),
    ]
    resolved = resolve(trigger, [kept(one) for one in events])
    assert resolved.ignored == 0
    assert len(resolved.arc.objectives + resolved.arc.messages + resolved.arc.artefacts) == 3


def test_the_same_event_twice_is_one_and_not_counted_as_ignored(trigger: ScenarioCompleted) -> None:
    records = [
        kept(message(1), offset=1),
        kept(message(1), offset=2),
        kept(message(2, stage_id="nowhere"), offset=3),
        kept(message(2, stage_id="nowhere"), offset=4),
    ]
    resolved = resolve(trigger, records)
    assert resolved.ignored == 0
    assert [one.record.record.offset for one in resolved.unsound] == [3]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user_id": "somebody-else"}, "user_id"),
        ({"stage_id": "nowhere"}, "stage_id"),
        ({"persona_id": "nobody"}, "persona_id"),
        ({"stage_id": "S1"}, "stage_id"),
    ],
)
def test_a_message_of_a_name_the_trigger_does_not_know_is_unsound(
    trigger: ScenarioCompleted, changes: dict[str, str], field: str
) -> None:
    assert (unsoundness(trigger, message(1, **changes)) or "").startswith(field)
    assert unsoundness(trigger, message(1)) is None


def test_a_reason_never_holds_the_text_of_the_event(trigger: ScenarioCompleted) -> None:
    reason = unsoundness(trigger, message(1, user_id="somebody-else", text="a secret"))
    assert reason is not None
    assert "secret" not in reason
    assert "somebody-else" not in reason


def test_objectives_are_in_the_order_of_stages_then_of_time(trigger: ScenarioCompleted) -> None:
    first = objective(5, stage_id="s2")
    early = objective(9, started_at=trigger.started_at)
    late = objective(2, started_at=trigger.started_at + timedelta(hours=1))
    resolved = resolve(trigger, [kept(late), kept(early), kept(first)])
    assert resolved.arc.objectives == (first, early, late)


def test_messages_are_in_the_order_of_stages_then_threads_then_sequence(
    trigger: ScenarioCompleted,
) -> None:
    ordered = (
        message(9, stage_id="s2", persona_id="p1", sequence=1),
        message(8, persona_id="p2", sequence=5),
        message(7, persona_id="p1", sequence=-1),
        message(6, persona_id="p1", sequence=2),
    )
    resolved = resolve(trigger, [kept(one) for one in ordered[::-1]])
    assert resolved.arc.messages == ordered


def test_artefacts_are_in_the_order_of_stages_then_of_time(trigger: ScenarioCompleted) -> None:
    ordered = (
        artefact(3, stage_id="s2", submitted_at=trigger.completed_at),
        artefact(2),
        artefact(1, submitted_at=trigger.completed_at),
    )
    resolved = resolve(trigger, [kept(one) for one in ordered[::-1]])
    assert resolved.arc.artefacts == ordered


def test_a_run_without_records_is_an_empty_arc(trigger: ScenarioCompleted) -> None:
    resolved = resolve(trigger, [])
    assert (resolved.arc.objectives, resolved.arc.messages, resolved.arc.artefacts) == ((), (), ())


def test_the_digest_changes_with_what_stands_and_with_nothing_else(
    trigger: ScenarioCompleted,
) -> None:
    sound = [kept(objective(1)), kept(message(2))]
    digest = resolve(trigger, sound).arc_digest
    ignored = kept(message(3, message_id="m2", text="a later one of the same id"))
    unsound = kept(message(4, stage_id="nowhere"))
    assert resolve(trigger, [ignored, *sound, unsound]).arc_digest == digest
    assert resolve(trigger, [*sound, kept(objective(5))]).arc_digest != digest
    assert resolve(trigger, sound[:1]).arc_digest != digest


# Few ids, stages, users and moments, so that records meet in every way.
MEETINGS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["objective", "message", "artefact"]),
            "number": st.integers(0, 5),
            "minute": st.integers(0, 2),
            "entity": st.sampled_from("xy"),
            "revision": st.integers(1, 2),
            "stage_id": st.sampled_from(["s1", "s2", "s9"]),
            "user_id": st.sampled_from(["learner-1", "learner-2"]),
            "persona_id": st.sampled_from(["p1", "p2", "p9"]),
        }
    ),
    max_size=14,
)


@given(drawn=MEETINGS, data=st.data())
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_order_of_arrival_and_no_redelivery_changes_the_arc(
    trigger: ScenarioCompleted, drawn: list[dict[str, Any]], data: st.DataObject
) -> None:
    records = []
    for one in drawn:
        common = {
            "occurred_at": trigger.started_at + timedelta(minutes=one["minute"]),
            "stage_id": one["stage_id"],
            "user_id": one["user_id"],
        }
        event: ContextEvent
        if one["kind"] == "objective":
            event = objective(one["number"], objective_id=one["entity"], **common)
        elif one["kind"] == "message":
            event = message(
                one["number"], message_id=one["entity"], persona_id=one["persona_id"], **common
            )
        else:
            event = artefact(
                one["number"],
                artefact_id=one["entity"],
                revision=one["revision"],
                submitted_at=trigger.started_at,
                **common,
            )
        records.append(kept(event))
    again = data.draw(st.lists(st.sampled_from(records), max_size=5)) if records else []
    shuffled = data.draw(st.permutations(records + again))
    first, second = resolve(trigger, records), resolve(trigger, shuffled)
    assert second.arc == first.arc
    assert second.ignored == first.ignored
    assert {one.record.digest for one in second.unsound} == {
        one.record.digest for one in first.unsound
    }
