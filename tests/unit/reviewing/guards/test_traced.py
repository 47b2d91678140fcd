from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from consumer.reviewing.guards.traced import TracedProvider
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest
from consumer.tracing import Attribute

REQUEST = CompletionRequest(
    call="arc", system="the rules", user="a learner's text", schema={}, max_output_tokens=9,
    run_id="run-1",
)  # fmt: skip


class Recorded:
    """A tracing of one span."""

    def __init__(self) -> None:
        self.name = ""
        self.failed: str | None = None
        self.said: dict[str, Attribute] = {}

    @contextmanager
    def span(self, name: str, *, traceparent: str | None = None) -> Iterator["Recorded"]:
        self.name = name
        yield self

    def set(self, name: str, value: Attribute) -> None:
        self.said[name] = value

    def fail(self, kind: str) -> None:
        self.failed = kind


class Answering:
    name = "gemini"
    model = "g"

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        return self.outcome


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


async def _ask(recorded: Recorded, outcome: Outcome) -> None:
    provider = TracedProvider(Answering(outcome), tracing=recorded)
    assert await provider.complete(REQUEST, timeout_seconds=1) is outcome


async def test_an_answer_is_a_span_in_the_words_of_the_conventions(recorded: Recorded) -> None:
    usage = Usage(input_tokens=3, output_tokens=4)
    await _ask(recorded, Outcome.ok("the answer", usage, model="g-001"))
    assert (recorded.name, recorded.failed) == ("chat g", None)
    assert recorded.said == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.request.model": "g",
        "gen_ai.request.max_tokens": 9,
        "gen_ai.response.model": "g-001",
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 4,
        "debrief.run_id": "run-1",
        "debrief.call": "arc",
        "debrief.outcome": "ok",
    }


async def test_a_failure_fails_its_span_by_its_code(recorded: Recorded) -> None:
    await _ask(recorded, Outcome(kind=OutcomeKind.TRANSIENT, detail="http_503"))
    assert recorded.failed == "http_503"
    assert recorded.said["debrief.outcome"] == "transient"
