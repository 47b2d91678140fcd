"""Which dead-letter topics an operator means."""

import pytest
from aiokafka.errors import ProducerFenced

from consumer.commands.dlq import letter_named, topic_names, unless_fenced
from consumer.errors import ConfigurationError
from producer.redrive_ledger import LetterId
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


def test_a_prefix_that_a_name_begins_with_is_no_part_of_the_name() -> None:
    topics = Topics.with_prefix("s")
    assert topic_names(("scenario.completed",), topics) == ("sscenario.completed.dlq",)
    assert topic_names(("sscenario.completed.dlq",), topics) == ("sscenario.completed.dlq",)


def test_every_wrong_name_is_told() -> None:
    with pytest.raises(ConfigurationError) as caught:
        topic_names(("one", "user.erased", "two"), TOPICS)
    assert [line.split(":")[0] for line in caught.value.problems] == ["--topic one", "--topic two"]


@pytest.mark.parametrize("topic", ["user.erased.dlq", "acme.user.erased.dlq"])
def test_a_letter_is_named_with_the_prefix_or_without(topic: str) -> None:
    assert letter_named(LetterId(topic, 1, 2), TOPICS) == LetterId("acme.user.erased.dlq", 1, 2)


@pytest.mark.parametrize("topic", ["user.erased", "acme.review.ready", "review.ready.dlq", "dlq"])
def test_a_record_of_another_topic_is_no_letter(topic: str) -> None:
    with pytest.raises(ConfigurationError, match="want TOPIC/PARTITION/OFFSET of"):
        letter_named(LetterId(topic, 0, 0), TOPICS)


async def test_only_that_another_redrive_began_goes_unreported() -> None:
    told: list[object] = []

    class Loop:
        def default_exception_handler(self, context: dict[str, object]) -> None:
            told.append(context)

    other = {"message": "m", "exception": ValueError()}
    for context in ({"message": "m", "exception": ProducerFenced()}, other, {"message": "m"}):
        unless_fenced(Loop(), context)  # type: ignore[arg-type]  # all that is asked of it
    assert told == [other, {"message": "m"}]
