import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from consumer.assembly.folding import find_words, fold, fold_with_map, units_of

TRICKY = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("e\u0301\u0327ﬁ\u1100\u1161\u11a8 \t\n\u00a0\u00a8ｶ\uff9eÅ…㎏"),
    ),
    max_size=40,
)


def _copied(text: str, data: st.DataObject) -> tuple[str, str]:
    """Return any span of the folded text, and the text's own words for it."""
    folded = fold_with_map(text)
    assume(folded.text)
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    copied = folded.copy(start, end)
    assert copied in text
    return folded.text[start:end], copied


@given(TRICKY)
def test_the_mapped_form_is_the_folded_form(text: str) -> None:
    assert fold_with_map(text).text == fold(text)


@given(TRICKY, st.data())
def test_what_is_copied_folds_to_what_holds_the_wanted_words(
    text: str, data: st.DataObject
) -> None:
    wanted, copied = _copied(text, data)
    assert fold(wanted) in fold(unicodedata.normalize("NFKC", copied))


def test_case_is_kept() -> None:
    assert fold("Ab  cD") == "Ab cD"


def test_units_are_words_and_single_characters_of_spaceless_scripts() -> None:
    assert units_of("Don't stop, 北京 2") == ("dont", "stop", "北", "京", "2")


@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_units_of_plain_text_are_those_of_the_same_text_beside_another_script(text: str) -> None:
    assert units_of(f"{text} 北") == (*units_of(text), "北")


@given(st.text(st.sampled_from("ab \n\t\u00a0\u2028北“"), max_size=40), st.data())
def test_what_only_white_space_tells_apart_is_copied_as_it_stands(
    text: str, data: st.DataObject
) -> None:
    wanted, copied = _copied(text, data)
    assert fold(copied) == wanted.strip()


def test_words_and_numbers_are_not_found_inside_longer_ones() -> None:
    assert find_words("it took 120 hours", "took 12") is None
    assert find_words("unable to finish", "able to finish") is None
    assert find_words("it took 12 hours", "took 12") == 3
    assert find_words("我从来检查日志", "检查") == 3
