"""Function words: whether a text is written in its language and not in another of its script.

The commonest words of a language (articles, pronouns, prepositions, conjunctions) are a third to
a half of any prose, whatever it is about, and a text in another language has next to none of them
(stop-word identification: Grefenstette 1995). Words that stand in two of the lists tell nothing
and are left out. A text is refused only on clear ground: four words or more of one other language,
a fifth of the text, and fewer than a third as many of its own.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Final

from consumer.assembly.folding import fold, units_of

LEAST_WORDS: Final = 4
TIMES_AS_MANY: Final = 3
LEAST_SHARE: Final = 0.2
_LISTS: Final[Mapping[str, str]] = {
    "en": "the and of to that is it you your with for this was were from which what when they "
    "their not but have had has been there would could should about into than then its are be by "
    "each before after both only where while no did does how who",
    "de": "der die das und ist nicht du dein deine deinem deinen hast war waren mit für auf den "
    "dem des ein eine einen einem einer auch wie bei nach aus dass wird wurde sich zu im vom zum "
    "zur aber oder noch durch über wenn kein keine dir dich sind es ihr sie wir vor beim",
    "fr": "le les des et est une vous votre vos dans pour pas que qui sur avec au aux ce cette ces "
    "tu ton ta tes il elle nous ont été était avez mais ou où plus sans du je leur chaque par",
    "es": "el los las y es una tú tus usted su sus en del con por para que no lo se más pero como "
    "fue era has había cada sin sobre este esta entre cuando donde ya muy también hay al",
    "it": "il gli che di è una con per non del della dei delle nel nella sono hai tuo tua tuoi "
    "ha era ma come più anche questo questa ogni senza dal dalla alla lo si tra quando dove",
    "pt": "os as um uma não você seu sua seus em do da dos das no na nos nas com por para que mais "
    "mas como foi era cada sem sobre este esta entre quando onde já muito também ao à é e",
    "nl": "het een van en niet je jij jouw dat voor met zijn was waren aan op ook bij naar uit "
    "deze dit maar nog door over als geen hebt heeft werd wordt zich te om de er u",
    "pl": "i w na z się nie to jest że do jak po przez dla ale czy był było były ty twój twoje "
    "który która które oraz od za tym tego także już tylko przed bez",
    "sv": "och att det som en på är av för med den till inte du din ditt dina har om ett var men "
    "från vid när eller hade blev utan varje också mellan efter",
    "da": "og at det som en på er af for med den til ikke du din dit dine har om et var men fra "
    "ved når eller havde blev uden hver også mellem efter",
    "tr": "ve bir bu da de için ile çok daha ama gibi kadar olarak olan sonra önce her değil sen "
    "senin sana ne var yok",
}


def is_in_another(text: str, language: str) -> bool:
    """Tell whether `text` is clearly in another language than that of a BCP 47 tag.

    `text` should hold no quotations, which may be in any language. A language without a list is
    only told from those that have one.
    """
    own, lists = language.lower().split("-")[0], _telling()
    words = units_of(fold(text))
    counts = Counter(lists[word] for word in words if word in lists)
    # Danish and Swedish share most of theirs; what is left of one says little against the other.
    others = max((n for name, n in counts.items() if name != own), default=0)
    clear = others >= LEAST_WORDS and others >= LEAST_SHARE * len(words)
    return clear and others > TIMES_AS_MANY * counts[own]


@cache
def _telling() -> Mapping[str, str]:
    """Return each word that stands in one list only, and whose it is."""
    of = {word: name for name, words in _LISTS.items() for word in words.split()}
    seen = Counter(word for words in _LISTS.values() for word in set(words.split()))
    return {word: name for word, name in of.items() if seen[word] == 1}
