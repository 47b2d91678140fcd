"""The names of the topics."""

from dataclasses import astuple

from schemas.topics import Topics


def test_the_prefix_stands_before_each_name_as_it_is() -> None:
    plain, prefixed = Topics.with_prefix(""), Topics.with_prefix("acme.")

    assert astuple(prefixed) == tuple(f"acme.{name}" for name in astuple(plain))
    assert plain.inputs == (
        "objective.rolled-up",
        "conversation.message",
        "artefact.submitted",
        "scenario.completed",
        "user.erased",
    )
    assert (plain.review_progress, plain.review_ready) == ("review.progress", "review.ready")


def test_dead_letters_lie_beside_their_topic() -> None:
    topics = Topics.with_prefix("acme.")

    assert topics.dlq(topics.scenario_completed) == "acme.scenario.completed.dlq"
