from hypothesis import given
from hypothesis import strategies as st

from consumer.reviewing.guards.hedging import TAIL, HedgeAllowance, Latencies, hedge_after_seconds


def _seen(*seconds: float, call: str = "arc") -> Latencies:
    latencies = Latencies()
    for one in seconds:
        latencies.add(call, one)
    return latencies


def test_too_few_answers_tell_no_quantile() -> None:
    assert _seen(*[1.0] * 19).quantile("arc", TAIL) is None
    assert _seen(*[1.0] * 20).quantile("arc", TAIL) == 1.0


def test_kinds_of_calls_are_told_apart() -> None:
    assert _seen(*[1.0] * 40).quantile("scoring", TAIL) is None


def test_the_quantile_is_of_the_last_two_hundred() -> None:
    latencies = _seen(*[9.0] * 200, *[1.0] * 200)
    assert latencies.quantile("arc", 1.0) == 1.0


def test_a_hedge_waits_for_what_all_but_a_twentieth_take() -> None:
    latencies = _seen(*(n / 100 for n in range(1, 101)))
    assert hedge_after_seconds(latencies, "arc", seconds_left=60) == 0.96


def test_no_hedge_where_it_could_hardly_answer_in_time() -> None:
    latencies = _seen(*[10.0] * 50)
    assert hedge_after_seconds(latencies, "arc", seconds_left=19.9) is None
    assert hedge_after_seconds(latencies, "arc", seconds_left=20.0) == 10.0


def test_no_hedge_before_anything_is_known() -> None:
    assert hedge_after_seconds(Latencies(), "arc", seconds_left=60) is None


def test_twenty_requests_earn_one_hedge() -> None:
    allowance = HedgeAllowance(0.05)
    for _ in range(19):
        allowance.earn()
    assert not allowance.take()
    allowance.earn()
    assert allowance.take()
    assert not allowance.take()


def test_a_hedge_that_was_not_sent_is_given_back() -> None:
    allowance = HedgeAllowance(1.0)
    allowance.earn()
    assert allowance.take()
    allowance.give_back()
    assert allowance.take()


def test_what_is_saved_up_is_bounded() -> None:
    allowance = HedgeAllowance(0.05, burst=2)
    for _ in range(1000):
        allowance.earn()
    assert [allowance.take() for _ in range(3)] == [True, True, False]


@given(st.lists(st.booleans(), max_size=500))
def test_hedges_are_never_more_than_their_share(wanted: list[bool]) -> None:
    allowance = HedgeAllowance(0.05)
    sent = 0
    for number, wants in enumerate(wanted, 1):
        allowance.earn()
        sent += wants and allowance.take()
        assert sent <= 0.05 * number + 1e-6
