"""What models that invent, leak and flatter can ship: nothing untrue, through the real SDKs."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from pydantic import SecretStr

from consumer.commands.eval import generated, review_known
from consumer.emulator.flattering import PRAISE
from consumer.emulator.inventing import INVENTED_CLAIMS
from consumer.emulator.personality import Personality
from consumer.emulator.serving import serve_emulator
from consumer.evaluation.factors import BASE_RATES
from consumer.evaluation.reviewed import Reviewed, prose
from consumer.evaluation.table import metrics_of
from consumer.settings import Settings, load_settings
from consumer.wiring import review_options

# Twenty in a row hold every sort of arc that is generated.
ARCS, SEED = 20, 1
# What is true of any review that may ship, whoever wrote it.
UNTRUE = (
    "claims where n is below the minimum",
    "patterns with two stages or more",
    "quotes verified",
    "numbers found in the tables",
    "XP: sum",
    "XP: bounds",
    "XP: order-invariant",
    "persona leakage",
    "own-thread quote",
    "no-pattern arcs",
    "pattern precision",
    "runs without a review",
)
# Recall and the points' association are rates, and twenty arcs are too few to tell a rate: there
# the model is held against the rules on the same arcs.
EVERYTHING_BUT_MANNER = (*UNTRUE, "XP: monotone", "change")


async def _reviewed_by_rules() -> list[Reviewed]:
    settings = load_settings(Settings, overrides={"reviewers": ("rules",)})
    options = replace(review_options(settings), base_rates=BASE_RATES)
    reviewed, _ = await review_known(settings, generated(ARCS, seed=SEED), options)
    return reviewed


async def _reviewed(personality: Personality) -> tuple[list[Reviewed], int]:
    async with serve_emulator(personality=personality) as address:
        settings = load_settings(
            Settings,
            overrides={
                "reviewers": ("gemini", "openai"),
                "gemini_api_key": SecretStr("none"),
                "openai_api_key": SecretStr("none"),
                "gemini_base_url": address,
                "openai_base_url": f"{address}/v1",
                # What ships is asked for here, not how soon: no call is given up for a second one.
                "hedge_share": 0,
            },
        )
        options = replace(review_options(settings), base_rates=BASE_RATES)
        return await review_known(settings, generated(ARCS, seed=SEED), options)


def _missed(reviewed: Sequence[Reviewed], failed: int, names: tuple[str, ...]) -> list[str]:
    return [
        f"{metric.name}: {metric.value} ({metric.basis})"
        for metric in metrics_of(reviewed, failed=failed, prices={})
        if metric.name.startswith(names) and metric.passed is False
    ]


@pytest.fixture(autouse=True)
def _classifier() -> None:
    pytest.importorskip("sklearn", reason="the extra `eval` is not installed")


def test_a_model_that_answers_well_reaches_the_targets_of_the_record() -> None:
    reviewed, failed = asyncio.run(_reviewed(Personality.CAREFUL))
    assert _missed(reviewed, failed, EVERYTHING_BUT_MANNER) == []
    assert {one.review.reviewer for one in reviewed} == {"model"}
    by_rules = {one.name: set(one.claims) for one in asyncio.run(_reviewed_by_rules())}
    assert any(by_rules.values())
    assert {one.name: set(one.claims) for one in reviewed} == by_rules


@pytest.mark.parametrize(
    "personality", [Personality.INVENTOR, Personality.LEAKER, Personality.FLATTERER]
)
def test_a_model_that_lies_ships_nothing_untrue(personality: Personality) -> None:
    reviewed, failed = asyncio.run(_reviewed(personality))
    assert _missed(reviewed, failed, UNTRUE) == []
    assert {one.review.reviewer for one in reviewed} == {"model"}
    said = "\n".join(text for one in reviewed for text in prose(one.review))
    assert [words for words in (*INVENTED_CLAIMS, *PRAISE) if words in said] == []
