import pytest

from consumer.assembly.function_words import is_in_another

SAID = {
    "en": "You asked for a hint before your first try, and what followed was on time.",
    "de": "Du hast vor dem ersten Versuch um einen Hinweis gebeten, und es war nicht zu spät.",
    "fr": "Vous avez demandé un indice avant le premier essai, et les autres étaient là.",
    "es": "Pediste una pista antes del primer intento, pero los demás no, y ya era muy tarde.",
    "it": "Hai chiesto un indizio prima del primo tentativo, ma gli altri sono arrivati più tardi.",
    "pt": "Você pediu uma dica antes da primeira tentativa, mas os outros não chegaram a tempo.",
    "nl": "Je hebt voor de eerste poging om een hint gevraagd, maar het was nog niet te laat.",
    "pl": "Przed pierwszą próbą nie było wskazówki, ale to się zmieniło i jest już tylko jedna.",
}


@pytest.mark.parametrize("spoken", SAID)
@pytest.mark.parametrize("wanted", SAID)
def test_each_language_is_told_from_each_other(spoken: str, wanted: str) -> None:
    assert is_in_another(SAID[spoken], wanted) is (spoken != wanted)


def test_a_tag_with_a_region_is_its_language() -> None:
    assert not is_in_another(SAID["de"], "de-AT")
    assert is_in_another(SAID["en"], "de-AT")


def test_a_language_without_a_list_is_told_from_those_with_one() -> None:
    assert is_in_another(SAID["en"], "fi")
    assert not is_in_another("Pyysit vihjettä ennen ensimmäistä yritystä ja se riitti.", "fi")


@pytest.mark.parametrize(
    "text",
    ["Opening: 0.72.", "API review, draft three", "Bei „Check the data and the log“ war es knapp."],
)
def test_names_and_a_few_words_refuse_nothing(text: str) -> None:
    assert not is_in_another(text, "de")


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("nicht der die Datei", False),  # three words say little
        ("nicht der die und Datei", True),
        (f"nicht der die und {'Datei ' * 16}", True),  # a fifth
        (f"nicht der die und {'Datei ' * 17}", False),
        ("the you nicht der die und aus dem", False),  # six against two
        ("the you nicht der die und aus dem nach", True),
    ],
)
def test_a_text_is_refused_on_clear_ground_only(text: str, *, refused: bool) -> None:
    assert is_in_another(text, "en") is refused
