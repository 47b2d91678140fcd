"""What each topic must look like."""

from producer.topic_plans import DAY_MS, HOUR_MS, plan
from schemas.topics import Topics

TOPICS = Topics.with_prefix("acme.")


def test_reviews_and_erasures_are_kept_by_key_and_all_else_by_time() -> None:
    compact = {t.name for t in plan(TOPICS, dlq_retention_days=7) if t.retention_ms is None}

    assert compact == {TOPICS.review_ready, TOPICS.user_erased}


def test_every_topic_is_planned_once_with_a_dead_letter_topic_for_each_input() -> None:
    names = [topic.name for topic in plan(TOPICS, dlq_retention_days=7)]

    assert sorted(names) == sorted(
        [
            *TOPICS.inputs,
            TOPICS.review_progress,
            TOPICS.review_ready,
            *(f"{name}.dlq" for name in TOPICS.inputs),
        ]
    )


def test_progress_goes_after_an_hour_and_dead_letters_when_the_settings_say() -> None:
    by_name = {topic.name: topic for topic in plan(TOPICS, dlq_retention_days=0.5)}

    assert by_name[TOPICS.review_progress].retention_ms == HOUR_MS
    assert by_name["acme.user.erased.dlq"].retention_ms == DAY_MS // 2


def test_a_dead_letter_may_be_larger_than_its_original() -> None:
    by_name = {topic.name: topic.config for topic in plan(TOPICS, dlq_retention_days=7)}

    assert "max.message.bytes" not in by_name[TOPICS.scenario_completed]
    assert int(by_name["acme.scenario.completed.dlq"]["max.message.bytes"]) > 2 * 1_048_588
