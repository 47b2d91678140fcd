"""Membership by SQL of one text: on SQLite here, on both databases in the contract tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, String, Table, create_engine, event, insert, select

from gateway.membership import is_among

NAMES = Table("names", MetaData(), Column("name", String(128), primary_key=True))
KEPT = ("a", 'a "quoted" one', "élan", "it's", "🙂", "[1]", "%s", ":name", "null", "")


def _found(wanted: list[str] | set[str] | tuple[str, ...]) -> tuple[set[str], list[str]]:
    """Return which of KEPT are found, and the texts of the statements that found them."""
    engine = create_engine("sqlite://")
    NAMES.metadata.create_all(engine)
    texts: list[str] = []
    with engine.begin() as connection:
        connection.execute(insert(NAMES), [{"name": name} for name in KEPT])
        event.listen(connection, "before_cursor_execute", lambda *given: texts.append(given[2]))
        query = select(NAMES.c.name).where(is_among(NAMES.c.name, wanted))
        found = set(connection.execute(query).scalars())
    engine.dispose()
    return found, texts


# No id holds NUL: the schemas see to it.
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)


@given(st.lists(st.one_of(st.sampled_from(KEPT), WORDS), max_size=12))
def test_those_are_found_that_are_in_the_list(wanted: list[str]) -> None:
    assert _found(wanted)[0] == set(KEPT) & set(wanted)


@pytest.mark.parametrize("count", [0, 1, 2, 40_000])
def test_the_statement_is_the_same_for_any_number(count: int) -> None:
    _, (one,) = _found(["a"])
    found, (text,) = _found(["a", *map(str, range(count))])
    assert text == one
    assert found == {"a"}
