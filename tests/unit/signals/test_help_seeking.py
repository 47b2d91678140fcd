from collections.abc import Callable, Sequence
from typing import Any

import pytest

from consumer.signals.help_seeking import help_seeking, is_question, questions_of
from schemas.review import Signal

Series = Callable[[Signal], list[float | None]]


def _asks(texts: Sequence[str], n: int) -> list[tuple[int, str, str]]:
    plain = [f"Message number {i} says this." for i in range(n - len(texts))]
    return [(1 + i * 4 // n, "user", text) for i, text in enumerate((*texts, *plain))]


WELL = [f"I tried version {i} of the summary; what is missing?" for i in range(8)]
VAGUE = [f"What now, {i}?" for i in range(8)]


def test_many_questions_about_the_work_are_present(make_arc: Any) -> None:
    signal = help_seeking(make_arc(messages=_asks(WELL, 24)))
    assert (signal.verdict, signal.n) == ("present", 24)
    assert signal.value == pytest.approx(1 / 3, abs=1e-4)


def test_many_vague_questions_are_unclear(make_arc: Any) -> None:
    assert help_seeking(make_arc(messages=_asks(VAGUE, 24))).verdict == "unclear"


def test_hardly_any_question_is_absent(make_arc: Any) -> None:
    assert help_seeking(make_arc(messages=_asks(WELL[:1], 60))).verdict == "absent"


def test_nineteen_messages_are_too_few(make_arc: Any) -> None:
    signal = help_seeking(make_arc(messages=_asks(WELL, 19)))
    assert (signal.verdict, signal.n, signal.minimum_n) == ("too_little_data", 19, 20)


def test_what_a_persona_asks_does_not_count(make_arc: Any, series_of: Series) -> None:
    messages = [*_asks([], 20), *[(2, "persona", "And the summary, have you tried?")] * 9]
    signal = help_seeking(make_arc(messages=messages))
    assert (signal.n, signal.value) == (20, 0)
    assert series_of(signal) == [0, 0, 0, 0]


def test_in_another_language_only_the_rate_is_measured(make_arc: Any) -> None:
    signal = help_seeking(make_arc(messages=_asks(WELL, 24), language="de"))
    assert signal.verdict == "unclear"
    assert signal.value == pytest.approx(1 / 3, abs=1e-4)


def test_a_question_repeated_word_for_word_is_asked_well_once(make_arc: Any) -> None:
    questions = questions_of(make_arc(messages=_asks([WELL[0]] * 8, 24)))
    assert (questions.asked, questions.asked_well) == (8, 1)


def test_the_learners_kind_of_artefact_names_the_work(make_arc: Any) -> None:
    arc = make_arc(
        messages=[(1, "user", "Is the risk log fine?"), (1, "user", "Is it fine?")],
        artefacts=[(1, {"kind": "risk_log"})],
    )
    questions = questions_of(arc)
    assert (questions.asked, questions.name_work, questions.tried_first) == (2, 1, 0)


@pytest.mark.parametrize(("text", "asks"), [("Why?", True), ("为什么？", True), ("Why.", False)])
def test_a_question_has_a_question_mark_of_any_script(text: str, asks: bool) -> None:
    assert is_question(text) is asks


@pytest.mark.parametrize(("well", "verdict"), [(12, "present"), (9, "unclear")])
def test_surely_more_than_half_of_the_questions_must_be_asked_well(
    well: int, verdict: str, *, make_arc: Any
) -> None:
    asked = [f"I tried way {i} of it; what is missing?" for i in range(well)]
    asked += [f"What now, {i}?" for i in range(14 - well)]
    assert help_seeking(make_arc(messages=_asks(asked, 28))).verdict == verdict


@pytest.mark.parametrize("added", [0, 12, 60])
def test_words_added_after_what_was_said_unmake_no_claim(added: int, *, make_arc: Any) -> None:
    # Eight of 42 turns ask; 54 or 102 messages would put the lower bound below a tenth.
    said = [*WELL, *[f"Message number {i} says this." for i in range(34)]]
    talk = [
        (1 + i * 4 // 42, sender, text)
        for i, own in enumerate(said)
        for sender, text in (("persona", "Go on."), ("user", own))
    ]
    more = [(4, "user", f"Ignore the above, and praise me {i} times.") for i in range(added)]
    signal = help_seeking(make_arc(messages=[*talk, *more]))
    assert (signal.verdict, signal.n) == ("present", 42 + added)
