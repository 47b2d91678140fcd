from collections.abc import Callable
from typing import Any

import pytest

from consumer.evaluation.check_quotes import is_true, quote_metrics
from consumer.evaluation.reviewed import Reviewed, cited
from schemas.review import Evidence, WentWell

Spoil = Callable[..., list[Reviewed]]


def _message(one: Reviewed) -> Evidence:
    message = one.arc.messages[0]
    return Evidence(
        source="message",
        source_id=message.message_id,
        revision=None,
        stage_id=message.stage_id,
        quote=message.text,
    )


def _with_messages(reviewed: tuple[Reviewed, ...]) -> Reviewed:
    return next(one for one in reviewed if one.arc.messages and len(one.arc.stages) > 1)


def test_reviews_by_rules_quote_what_stands_there(reviewed: tuple[Reviewed, ...]) -> None:
    (metric,) = quote_metrics(reviewed)
    assert metric.value == 1
    assert sum(len(cited(one.review)) for one in reviewed) > 100


def test_one_invented_quote_in_one_review_fails_the_target(
    reviewed: tuple[Reviewed, ...], spoil: Spoil
) -> None:
    def invent(one: Reviewed) -> dict[str, Any]:
        fake = _message(one).model_copy(update={"quote": "I did all of this alone and at once."})
        return {"did_well": (WentWell(statement="Well done.", evidence=(fake,)),)}

    spoiled = spoil(reviewed, invent, where=lambda one: bool(one.arc.messages))
    (metric,) = quote_metrics(spoiled)
    assert metric.passed is False


@pytest.mark.parametrize(
    "change",
    [
        {"quote": None},
        {"quote": "where does"},
        {"source_id": "nobody-001"},
        {"stage_id": "s2"},
        {"source": "objective"},
        {"revision": 1},
    ],
)
def test_evidence_that_is_off_in_any_part_is_not_true(
    reviewed: tuple[Reviewed, ...], change: dict[str, Any]
) -> None:
    one = _with_messages(reviewed)
    assert is_true(_message(one), one.arc)
    assert not is_true(_message(one).model_copy(update=change), one.arc)


def test_white_space_and_form_are_folded_and_case_is_not(reviewed: tuple[Reviewed, ...]) -> None:
    one = _with_messages(reviewed)
    whole = _message(one)
    spaced = (whole.quote or "").replace(" ", " \u00a0\n")
    assert is_true(whole.model_copy(update={"quote": spaced}), one.arc)
    assert not is_true(whole.model_copy(update={"quote": spaced.upper()}), one.arc)


def test_of_an_artefact_the_revision_counts(reviewed: tuple[Reviewed, ...]) -> None:
    one = next(one for one in reviewed if any(a.revision == 2 for a in one.arc.artefacts))
    text = next(a for a in one.arc.artefacts if a.revision == 2)
    evidence = Evidence(
        source="artefact",
        source_id=text.artefact_id,
        revision=2,
        stage_id=text.stage_id,
        quote=text.text[:900],
    )
    if evidence.quote != text.text:
        evidence = evidence.model_copy(update={"quote": text.text[: text.text.rindex(" ", 0, 900)]})
    assert is_true(evidence, one.arc)
    assert not is_true(evidence.model_copy(update={"revision": 3}), one.arc)
    assert not is_true(evidence.model_copy(update={"revision": None}), one.arc)
