from dataclasses import replace

from consumer.evaluation.arcs import generate
from consumer.evaluation.factors import Factors, draw
from consumer.evaluation.oracle_texts import best_of_texts, planted_in_texts


def _plan(**changes: object) -> Factors:
    plain: dict[str, object] = {
        "objectives": (3,) * 7,
        "help": "flat",
        "scored": True,
        "quality": (0.6, 0.7),
        "artefacts": 8,
        "text_sentences": 36,
        "personas": 3,
        "rating_gap": 0.0,
        "first_rise": 0.0,
        "evidence": "usual",
        "asking": 0.0,
    }
    return replace(draw(1, 7), **{**plain, **changes})  # type: ignore[arg-type]  # of many types


def test_nothing_planted_is_nothing_found() -> None:
    assert planted_in_texts(_plan()) == ()
    assert best_of_texts(_plan(), generate(_plan(), seed=3)) == ()


def test_what_is_plainly_planted_is_found() -> None:
    for changes in (
        {"rating_gap": 0.25},
        {"rating_gap": -0.25},
        {"first_rise": 0.5},
        {"first_rise": -0.5},
        {"evidence": "rising", "evidence_share": 0.6},
        {"evidence": "falling", "evidence_share": 0.6},
        {"asking": 0.5},
    ):
        plan = _plan(**changes)
        assert best_of_texts(plan, generate(plan, seed=3)) == planted_in_texts(plan)
        assert len(planted_in_texts(plan)) == 1


def test_too_few_ratings_messages_or_words_find_nothing() -> None:
    for changes in (
        {"rating_gap": 0.25, "artefacts": 5},
        {"first_rise": 0.5, "objectives": (2, 2, 2, 2, 3)},
        {"evidence": "rising", "text_sentences": 8},
        {"asking": 0.5, "personas": 1, "text_sentences": 2},
    ):
        plan = _plan(**changes)
        assert best_of_texts(plan, generate(plan, seed=3)) == ()
