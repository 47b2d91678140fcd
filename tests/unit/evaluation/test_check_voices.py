import sys
from dataclasses import replace
from typing import Any

import pytest

from consumer.evaluation.check_voices import accuracy, masked, voice_metrics
from consumer.evaluation.errors import MissingClassifierError
from consumer.evaluation.reviewed import Reviewed

pytest.importorskip("sklearn", reason="the extra `eval` is not installed")


def test_personas_who_all_speak_alike_cannot_be_told_apart(
    reviewed: tuple[Reviewed, ...],
) -> None:
    def same(one: Reviewed) -> Reviewed:
        views = tuple(
            v.model_copy(update={"text": "You did fine work with me."})
            for v in one.review.perspectives
        )
        return replace(one, review=one.review.model_copy(update={"perspectives": views}))

    # Twice, so that there are enough of them to be told apart at all.
    (metric,) = voice_metrics([same(one) for one in reviewed for _ in range(2)])
    assert metric.passed is False


def test_names_roles_titles_quotes_and_numbers_are_masked(reviewed: tuple[Reviewed, ...]) -> None:
    one = next(one for one in reviewed if one.review.perspectives)
    view = one.review.perspectives[0]
    stage, role = one.arc.stages[0].title, "As your manager"
    text = f"{role}, {view.name} saw “the plan” in {stage} 14 times."
    left = masked(one, view.model_copy(update={"text": text}))
    assert not {view.name, stage, "manager", "plan", "14"} & set(left.replace(",", " ").split())
    assert "saw" in left


def test_too_few_views_are_not_judged(reviewed: tuple[Reviewed, ...]) -> None:
    (metric,) = voice_metrics(reviewed[:3])
    assert (metric.value, metric.passed) == (None, None)


def test_without_the_classifier_it_says_what_to_install(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)
    with pytest.raises(MissingClassifierError, match=r"debrief\[eval\]"):
        accuracy([("a", "x")], [("b", "y")])
