from collections.abc import Callable
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.plain import plain_basis, plain_little, plain_rationale
from consumer.assembly.plain_words import WORDS, words_for
from consumer.assembly.scripts import may_be_in


@pytest.mark.parametrize("language", WORDS)
def test_each_language_fills_its_sentences_with_what_can_be_verified(
    arc: Arc, language: str
) -> None:
    spoken = replace(arc, trigger=arc.trigger.model_copy(update={"language": language}))
    facts = facts_of(spoken, ())
    little = plain_little(language, patterns=0, statements=1)
    nothing = plain_little(language, patterns=0, statements=0)
    unmeasured = plain_rationale(arc.trigger.xp.dimensions[2], facts, language)
    said = [plain_basis(facts, language), little, nothing, unmeasured]

    assert len(set(said)) == 4
    assert "Care" in unmeasured
    for text in said:
        assert facts.prose_faults(text) == ()
        assert may_be_in(text, language)


def test_a_language_that_is_not_listed_gets_names_and_figures_alone(arc: Arc) -> None:
    assert words_for("sw") is None
    assert plain_basis(facts_of(arc, ()), "sw") == "The broken export: 4."
    assert plain_little("sw", patterns=0, statements=0) == ""


def test_every_language_has_the_same_places(arc: Arc) -> None:
    def places(of: Callable[[Any], str]) -> set[frozenset[str | None]]:
        parsed = (Formatter().parse(of(words)) for words in WORDS.values())
        return {frozenset(name for _, name, _, _ in parts if name) for parts in parsed}

    assert places(lambda w: w.basis) == {frozenset({"objectives", "messages", "texts"})}
    assert places(lambda w: w.unmeasured) == {frozenset({"title"})}
