import pytest

from consumer.emulator.faults import Fault, FaultPlan, FaultRule

BUSY = Fault.SERVER_ERROR


def test_there_are_enough_ways_to_fail() -> None:
    assert len(Fault) >= 60


def test_without_rules_nothing_goes_wrong_and_every_request_is_kept() -> None:
    plan = FaultPlan()
    fate = plan.choose("gemini", "arc")
    assert (fate.fault, fate.delay_seconds) == (None, 0)
    assert plan.requests == [("gemini", "arc")]


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        (FaultRule(fault=BUSY), True),
        (FaultRule(fault=BUSY, provider="gemini"), True),
        (FaultRule(fault=BUSY, provider="openai"), False),
        (FaultRule(fault=BUSY, call="perspective"), True),
        (FaultRule(fault=BUSY, call="perspective:boss"), True),
        (FaultRule(fault=BUSY, call="perspective:peer"), False),
        (FaultRule(fault=BUSY, call="arc"), False),
        (FaultRule(fault=BUSY, nth=frozenset({1})), True),
        (FaultRule(fault=BUSY, nth=frozenset({2})), False),
    ],
)
def test_a_rule_meets_what_it_names(rule: FaultRule, *, hit: bool) -> None:
    assert (FaultPlan((rule,)).choose("gemini", "perspective:boss").fault is BUSY) == hit


def test_requests_are_counted_by_provider_and_call() -> None:
    plan = FaultPlan((FaultRule(fault=BUSY, nth=frozenset({2})),))
    first = [plan.choose("gemini", "arc"), plan.choose("openai", "arc"), plan.choose("gemini", "x")]
    assert [fate.fault for fate in first] == [None, None, None]
    assert plan.choose("gemini", "arc").fault is BUSY
    assert plan.choose("gemini", "arc").fault is None


def test_the_first_rule_that_meets_wins() -> None:
    plan = FaultPlan((FaultRule(fault=Fault.QUOTA, call="arc"), FaultRule(delay_seconds=3)))
    assert plan.choose("gemini", "arc").fault is Fault.QUOTA
    assert plan.choose("gemini", "scoring").delay_seconds == 3
