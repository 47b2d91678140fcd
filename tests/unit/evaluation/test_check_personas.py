from collections.abc import Callable
from typing import Any

from consumer.evaluation.check_personas import persona_metrics
from consumer.evaluation.reviewed import Reviewed
from schemas.review import Evidence, Perspective

Spoil = Callable[..., list[Reviewed]]
Row = Callable[..., Any]


def _has_two(one: Reviewed) -> bool:
    return sum(view.text is not None for view in one.review.perspectives) > 1


def _with_text(one: Reviewed, text: str) -> dict[str, Any]:
    first, *rest = one.review.perspectives
    return {"perspectives": (first.model_copy(update={"text": text}), *rest)}


def _other_thread(one: Reviewed) -> str:
    first = one.review.perspectives[0].persona_id
    own = {m.text for m in one.arc.thread(first)}
    return next(m.text for m in one.arc.messages if m.persona_id != first and _differs(m.text, own))


def _differs(text: str, own: set[str]) -> bool:
    return "mark" not in text and all(text.split()[2:8] != other.split()[2:8] for other in own)


def test_views_by_rules_keep_to_their_threads(reviewed: tuple[Reviewed, ...]) -> None:
    assert [m.name for m in persona_metrics(reviewed) if not m.passed] == []


def test_another_threads_mark_is_a_leak(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row
) -> None:
    def leak(one: Reviewed) -> dict[str, Any]:
        last = one.review.perspectives[-1].persona_id
        return _with_text(one, f"I hear of {one.truth.canaries[last][0]}.")

    assert row(persona_metrics(spoil(reviewed, leak, where=_has_two)), "persona leakage").value == 1


def test_six_words_of_another_thread_are_a_leak(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row
) -> None:
    spoiled = spoil(reviewed, lambda one: _with_text(one, _other_thread(one)), where=_has_two)
    assert row(persona_metrics(spoiled), "persona leakage").value == 1


def test_a_view_that_quotes_no_message_of_its_own_thread_is_counted(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row
) -> None:
    def without(one: Reviewed) -> dict[str, Any]:
        return _evidence(one, tuple(e for e in _first(one).evidence if e.source == "objective"))

    def foreign(one: Reviewed) -> dict[str, Any]:
        return _evidence(one, one.review.perspectives[-1].evidence)

    def artefact(one: Reviewed) -> dict[str, Any]:
        text = Evidence(source="artefact", source_id="a1", revision=1, stage_id="s1", quote="x")
        return _evidence(one, (*_first(one).evidence, text))

    for how in (without, foreign, artefact):
        spoiled = spoil(reviewed, how, where=_has_two)
        assert row(persona_metrics(spoiled), "own-thread quote").passed is False


def _first(one: Reviewed) -> Perspective:
    return one.review.perspectives[0]


def _evidence(one: Reviewed, evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    first, *rest = one.review.perspectives
    return {"perspectives": (first.model_copy(update={"evidence": evidence}), *rest)}
