import pytest

from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage


@pytest.mark.parametrize("name", ["gpt-5-mini-2025-08-07", "models/g-2.5@001", "library/qwen3:8b"])
def test_an_answer_names_the_model_that_gave_it(name: str) -> None:
    outcome = Outcome.ok("{}", Usage(), model=name)
    assert (outcome.kind, outcome.model) == (OutcomeKind.OK, name)


@pytest.mark.parametrize("told", [None, "", 5, "a model", "x" * 129, "name\n", "<b>"])
def test_what_is_no_name_is_not_repeated(told: object) -> None:
    assert Outcome.ok("{}", Usage(), model=told).model == ""
