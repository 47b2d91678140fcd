import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.reviewing.guards.prices import Price, most_micros, spent_micros
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest

PRICE = Price(input=0.3, output=2.5)


def test_a_million_tokens_cost_their_price() -> None:
    assert PRICE.micros(input_tokens=1_000_000, output_tokens=0) == 300_000
    assert PRICE.micros(input_tokens=0, output_tokens=1_000_000) == 2_500_000


def test_fractions_are_rounded_up() -> None:
    assert PRICE.micros(input_tokens=1, output_tokens=0) == 1


@given(st.text(), st.text(), st.integers(1, 50_000))
def test_no_answer_costs_more_than_was_reserved(system: str, user: str, most: int) -> None:
    request = CompletionRequest(
        call="arc", system=system, user=user, schema={}, max_output_tokens=most
    )
    # A token is at least one byte of the prompt.
    usage = Usage(input_tokens=len((system + user).encode()), output_tokens=most)
    reserved = most_micros(request, PRICE)
    assert spent_micros(Outcome.ok("{}", usage), PRICE, at_most=reserved) <= reserved


@pytest.mark.parametrize(
    ("outcome", "micros"),
    [
        (Outcome.ok("{}", Usage(input_tokens=10, output_tokens=10)), 28),
        (Outcome.ok("{}", Usage(input_tokens=10)), 999),
        (Outcome(kind=OutcomeKind.REFUSED), 999),
        (Outcome(kind=OutcomeKind.TIMEOUT), 999),
        (Outcome(kind=OutcomeKind.TRANSIENT, detail="ReadError"), 999),
        (Outcome(kind=OutcomeKind.TRANSIENT, detail="ConnectError"), 0),
        (Outcome(kind=OutcomeKind.TRANSIENT, detail="http_503"), 0),
        (Outcome(kind=OutcomeKind.RATE_LIMITED), 0),
        (Outcome(kind=OutcomeKind.PERMANENT), 0),
    ],
)
def test_what_nobody_tells_counts_as_all_it_can_have_cost(outcome: Outcome, micros: int) -> None:
    assert spent_micros(outcome, PRICE, at_most=999) == micros
