"""Which of a topic's settings are told to be wrong."""

import pytest

from producer.topic_faults import faults_of, small_dead_letter_topics
from producer.topic_plans import DAY_MS, TopicPlan, ledger_plan, plan
from schemas.topics import Topics

TOPICS = Topics.with_prefix("acme.")
PLANS = {topic.name: topic for topic in plan(TOPICS, dlq_retention_days=7)}
LETTERS = TOPICS.dlq(TOPICS.conversation_message)


@pytest.mark.parametrize("topic", [*PLANS.values(), ledger_plan(TOPICS)])
def test_a_topic_as_it_is_made_has_no_fault(topic: TopicPlan) -> None:
    assert list(faults_of(topic, topic.config)) == []


def test_a_ledger_that_forgets_by_time_is_told() -> None:
    (fault,) = faults_of(ledger_plan(TOPICS), {"cleanup.policy": "delete"})
    assert fault.startswith("acme.dlq.redriven has cleanup.policy=delete, it should be compact")


@pytest.mark.parametrize(
    ("kept_ms", "told"), [("-1", "for ever"), (str(30 * DAY_MS), "for 30 days")]
)
def test_dead_letters_that_stay_for_longer_than_is_said_are_told(kept_ms: str, told: str) -> None:
    found = {"cleanup.policy": "delete", "retention.ms": kept_ms}
    (fault,) = faults_of(PLANS[LETTERS], found)
    assert fault.startswith(f"{LETTERS} keeps dead letters {told}")
    assert "DEBRIEF_DLQ_RETENTION_DAYS says 7" in fault


def test_dead_letters_that_go_sooner_and_inputs_that_stay_are_no_fault() -> None:
    soon = {"cleanup.policy": "delete", "retention.ms": str(DAY_MS)}
    late = {"cleanup.policy": "delete", "retention.ms": "-1"}
    assert list(faults_of(PLANS[LETTERS], soon)) == []
    assert list(faults_of(PLANS[TOPICS.conversation_message], late)) == []


def test_a_dead_letter_topic_that_takes_no_more_than_its_input_is_told() -> None:
    found = {
        TOPICS.conversation_message: {"max.message.bytes": "1048588"},
        LETTERS: {"max.message.bytes": "1048588"},
        TOPICS.scenario_completed: {"max.message.bytes": "1048588"},
        TOPICS.dlq(TOPICS.scenario_completed): {"max.message.bytes": "8388608"},
    }
    (fault,) = small_dead_letter_topics(TOPICS, found)
    assert fault.startswith(f"{LETTERS} takes records of 1048588 bytes")
