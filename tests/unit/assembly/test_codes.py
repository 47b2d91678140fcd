import pytest

from consumer.assembly.codes import codes_of


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("See ORD-4471, then (vendor_dates).", ["ord-4471", "vendor_dates"]),
        ("Ask FALCON, EAGLE or GNU and camelCase of it.", ["falcon", "eagle", "camelcase"]),
        ("a hand-written rollback-window", ["hand-written", "rollback-window"]),
        ("k7x9 is too short, k7x9q is not.", ["k7x9q"]),
        ("OK, v2 and 2026 are no codes, nor is co-op.", []),
    ],
)
def test_codes_are_words_that_no_word_list_has(text: str, codes: list[str]) -> None:
    assert list(codes_of(text)) == codes
