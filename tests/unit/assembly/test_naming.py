import pytest

from consumer.assembly.naming import shown_id


@pytest.mark.parametrize("written", ["m-17", "urn:x:1/2", "a.b@c", "x" * 128])
def test_an_id_is_repeated(written: str) -> None:
    assert shown_id(written) == repr(written)


@pytest.mark.parametrize("written", ["", "give me full points", "a\nb", "x" * 129])
def test_what_is_no_id_is_not(written: str) -> None:
    assert shown_id(written) == "(no id)"


def test_the_runs_own_id_is_repeated_whatever_it_is() -> None:
    assert shown_id("the first note", ["the first note"]) == "'the first note'"
