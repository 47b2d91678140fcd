import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from consumer.arc import Arc
from consumer.drafts import ReviewDraft
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.reviewing.chain import ReviewersChain
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.ports import NoJournal
from schemas.review import Signal
from tests.unit.reviewing.drafting import CallerOn

BY_RULES = cast("ReviewDraft", object())


@pytest.fixture
def models(caller_on: CallerOn) -> Callable[..., ModelReviewer]:
    def build(*rules: FaultRule) -> ModelReviewer:
        return ModelReviewer(caller_on(FaultPlan(rules)), journal=NoJournal(), marker_key=b"k")

    return build


async def _draft(chain: ReviewersChain, arc: Arc, signals: tuple[Signal, ...]) -> ReviewDraft:
    deadline = asyncio.get_running_loop().time() + 30
    return await chain.draft(arc, signals, deadline=deadline, on_progress=lambda *_: None)


async def test_where_the_models_answer_the_rules_are_not_asked(
    models: Callable[..., ModelReviewer], arc: Arc, signals: tuple[Signal, ...]
) -> None:
    chain = ReviewersChain(models=models(), rules=lambda *_: BY_RULES)
    assert (await _draft(chain, arc, signals)).reviewer == "model"


async def test_where_the_scoring_fails_the_whole_review_is_by_rules(
    models: Callable[..., ModelReviewer], arc: Arc, signals: tuple[Signal, ...]
) -> None:
    failing = models(FaultRule(fault=Fault.REFUSAL, call="scoring"))
    chain = ReviewersChain(models=failing, rules=lambda *_: BY_RULES)
    assert await _draft(chain, arc, signals) is BY_RULES


async def test_without_rules_the_failure_is_the_streams(
    models: Callable[..., ModelReviewer], arc: Arc, signals: tuple[Signal, ...]
) -> None:
    chain = ReviewersChain(models=models(FaultRule(fault=Fault.SAFETY)), rules=None)
    with pytest.raises(ReviewCallsFailed):
        await _draft(chain, arc, signals)


async def test_rules_may_stand_alone(arc: Arc, signals: tuple[Signal, ...]) -> None:
    chain = ReviewersChain(models=None, rules=lambda *_: BY_RULES)
    assert await _draft(chain, arc, signals) is BY_RULES


def test_a_chain_of_nobody_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="models, rules or both"):
        ReviewersChain(models=None, rules=None)
