"""Which dead-letter topics an operator means."""

import pytest

from consumer.commands.dlq import topic_names
from consumer.errors import ConfigurationError
from schemas.topics import Topics

TOPICS = Topics.with_prefix("acme.")


def test_no_name_means_all_five() -> None:
    assert set(topic_names((), TOPICS)) == {f"{name}.dlq" for name in TOPICS.inputs}


@pytest.mark.parametrize(
    "asked",
    [
        "user.erased",
        "user.erased.dlq",
        "acme.user.erased",
        "acme.user.erased.dlq",
    ],
)
def test_an_input_topic_and_its_dead_letters_are_named_alike(asked: str) -> None:
    assert topic_names((asked, asked), TOPICS) == ("acme.user.erased.dlq",)


@pytest.mark.parametrize("asked", ["review.ready", "scenario", "", "other.user.erased"])
def test_another_topic_is_wrong_use(asked: str) -> None:
    with pytest.raises(ConfigurationError, match="want one of"):
        topic_names((asked,), TOPICS)
