import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.markup import has_markup


@pytest.mark.parametrize(
    "text",
    [
        "You checked <b>the log</b>.",
        "<script>alert(1)</script> You checked.",
        "See https://example.org/x for more.",
        "[More](x) on it.",
        "**Careful** work.",
        "# Heading",
        "- an item",
        "Write to boss@example.org now.",
    ],
)
def test_tags_links_and_markdown_are_told(text: str) -> None:
    assert has_markup(text)


@pytest.mark.parametrize(
    "text", ["A score < .7 and > .5.", "It is part 3 - the last.", "C# and 2 * 3 @ noon."]
)
def test_signs_in_prose_are_no_markup(text: str) -> None:
    assert not has_markup(text)


def test_prose_is_held_to_plain_text(arc: Arc) -> None:
    fault = "it has markup or a link: write plain text"
    assert fault in facts_of(arc, ()).prose_faults("See https://example.org for more.")
    assert fault not in facts_of(arc, ()).prose_faults("See the note for more.")
