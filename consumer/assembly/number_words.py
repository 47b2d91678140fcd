"""Number words: how the languages of reviews write counts, fractions and multiples as words.

"One" and its kin are articles and pronouns in most languages and are left out, as are words that
usually mean something else ("neuf", "sei"). A language without a table has its digits read only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

_UNITS: Final[Mapping[str, str]] = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn zwanzig",
    "fr": "deux trois quatre cinq six sept huit - dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf vingt",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte",
    "it": "due tre quattro cinque - sette otto nove dieci undici dodici tredici quattordici "
    "quindici sedici diciassette diciotto diciannove venti",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze "
    "dezesseis dezessete dezoito dezenove vinte",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien "
    "zestien zeventien achttien negentien twintig",
    "ar": "اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
}
_TENS: Final[Mapping[str, str]] = {
    "en": "thirty forty fifty sixty seventy eighty ninety",
    "de": "dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix",
    "es": "treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "it": "trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "nl": "dertig veertig vijftig zestig zeventig tachtig negentig",
}
_MORE: Final[Mapping[str, Mapping[str, float]]] = {
    "en": {
        "zero": 0,
        "hundred": 100,
        "thousand": 1000,
        "dozen": 12,
        "twice": 2,
        "thrice": 3,
        "fourth": 4,
        "fifth": 5,
        "sixth": 6,
        "seventh": 7,
        "eighth": 8,
        "ninth": 9,
        "tenth": 10,
    },
    "de": {"null": 0, "hundert": 100, "tausend": 1000, "zweimal": 2, "dreimal": 3, "dutzend": 12},
    "fr": {"zéro": 0, "cent": 100, "mille": 1000, "douzaine": 12},
    "es": {"cero": 0, "cien": 100, "mil": 1000, "docena": 12},
    "it": {"zero": 0, "cento": 100, "mille": 1000, "dozzina": 12},
    "pt": {"zero": 0, "cem": 100, "mil": 1000, "duas": 2, "dúzia": 12},
    "nl": {"nul": 0, "honderd": 100, "duizend": 1000, "dozijn": 12},
    "ar": {"ثلاث": 3, "أربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثماني": 8, "تسع": 9, "مئة": 100},
}
# "The first half" is a place in the run, "half of them" is a figure.
_PLACE: Final = (
    r"(?<!first )(?<!second )(?<!last )(?<!latter )(?<!earlier )(?<!later )(?<!early )(?<!late )"
    r"(?<!other )(?<!better )(?<!ersten )(?<!zweiten )(?<!letzten )(?<!première )(?<!seconde )"
    r"(?<!deuxième )(?<!dernière )(?<!primera )(?<!segunda )(?<!última )(?<!prima )(?<!seconda )"
    r"(?<!primeira )(?<!eerste )(?<!tweede )(?<!laatste )"
)
_FRACTIONS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), value)
    for pattern, value in (
        (rf"{_PLACE}\bhalf\b(?!-)|{_PLACE}\b(?:hälfte|moitié|mitad|metà|metade|helft)\b", 1 / 2),
        ("一半|半数|نصف", 1 / 2),
        (r"\bein drittel\b|\bun tiers\b|\bun tercio\b|三分之一|ثلث", 1 / 3),
        (r"\bzwei drittel\b|\bdeux tiers\b|\bdos tercios\b|三分之二", 2 / 3),
        (r"\bein viertel\b|\bun quart\b|四分之一|ربع", 1 / 4),
        (r"\bdrei viertel\b|\btrois quarts\b|四分之三", 3 / 4),
    )
)
_PARTS: Final = {
    "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
# "Two-fifths", "a third of them", "by a quarter"; "a third attempt" is a place in a row.
_ENGLISH_FRACTION: Final = re.compile(
    rf"\b(?:(?P<many>two|three|four|five|six|seven|eight|nine)[- ](?P<parts>{'|'.join(_PARTS)})s|"
    rf"(?:an?|one)[- ](?P<part>{'|'.join(_PARTS)})"
    r"(?=\s+(?:of|less|more|fewer)\b|\s*(?:[.,;:!?)]|\Z)))\b",
    re.IGNORECASE,
)
# A multiple compares two figures and "dozens" counts none; no table holds either.
_MULTIPLES: Final = re.compile(
    r"\b(?:dozens|hundreds|thousands|"
    r"doubl(?:ed|ing)|tripl(?:ed|ing)|quadrupl(?:ed|ing)|halv(?:ed|ing)|"
    r"(?:two|three|four|five|six|ten|\d+)-?fold|twice as|(?:three|four|five|ten) times as|"
    r"verdoppelt\w*|halbiert\w*|doppelt so|doublé\w*|duplic(?:ó|aste|ado)|raddoppiat\w*)\b"
    r"|\d\s?[×x](?!\w)|翻倍|倍增",
    re.IGNORECASE,
)
# Their last word would else be read as a hundred.
_DIGITS_PERCENT: Final = re.compile(r"\d\s?(?:pour cent|per cento)\b", re.IGNORECASE)
_HAN_DIGITS: Final = "〇零一二三四五六七八九"
_HAN = re.compile(
    r"百分之(?P<percent>[〇零一二三四五六七八九十百]+)"
    r"|(?P<tenths>[一二两三四五六七八九])成(?![为為功果长長本就员員绩績立])"
    r"|(?P<count>[〇零一二两兩三四五六七八九十百]+)(?:个|個|次|项|項|条|條|段|位|天|回|つ|名|件|阶段|階段)"
)


@dataclass(frozen=True, slots=True)
class Worded:
    """A number written in words; a ratio is of 1, also where it was written in percent.

    `value` is None where the words are a multiple, which no table holds.
    """

    written: str
    value: float | None
    is_ratio: bool


def worded_numbers(text: str, language: str) -> tuple[Worded, ...]:
    """Return the numbers that `text` writes in words of its language (a BCP 47 tag)."""
    found = [Worded(m.group().strip(), None, is_ratio=True) for m in _MULTIPLES.finditer(text)]
    rest = _DIGITS_PERCENT.sub(" ", _MULTIPLES.sub(" ", text))
    for pattern, value in _FRACTIONS:
        said = [Worded(m.group(), value, is_ratio=True) for m in pattern.finditer(rest)]
        if said:
            found += said
            rest = pattern.sub(" ", rest)
    found += [_fraction(match) for match in _ENGLISH_FRACTION.finditer(rest)]
    rest = _ENGLISH_FRACTION.sub(" ", rest)
    found += _han(rest)
    pattern_of_words, values = _table(language.lower().split("-")[0])
    if pattern_of_words is not None:
        for match in pattern_of_words.finditer(rest):
            value, percent = _value(match.group("words"), values), match.group("percent")
            per = 100 if percent else 1
            found.append(Worded(match.group().strip(), value / per, is_ratio=bool(percent)))
    return tuple(found)


def _fraction(match: re.Match[str]) -> Worded:
    many, parts = match.group("many"), match.group("parts") or match.group("part")
    count = _table("en")[1][many.lower()] if many else 1
    return Worded(match.group(), count / _PARTS[parts.lower()], is_ratio=True)


def number_words(language: str) -> Mapping[str, float]:
    """Return the words for whole numbers of a language (a BCP 47 tag) with what they count."""
    return _table(language.lower().split("-")[0])[1]


@cache
def _table(language: str) -> tuple[re.Pattern[str] | None, Mapping[str, float]]:
    values: dict[str, float] = dict(_MORE.get(language, {}))
    units = enumerate(_UNITS.get(language, "").split(), start=2)
    values |= {word: n for n, word in units if word != "-"}
    values |= {
        word: n
        for n, word in zip(range(30, 100, 10), _TENS.get(language, "").split(), strict=False)
    }
    if not values:
        return None, values
    if language == "de":
        ones = {"ein": 1.0} | {word: n for word, n in values.items() if 1 < n < 10}
        tens = {word: n for word, n in values.items() if n in range(20, 100, 10)}
        values |= {f"{o}und{t}": a + b for o, a in ones.items() for t, b in tens.items()}
    word = "|".join(sorted(map(re.escape, values), key=len, reverse=True))
    percent = r"\s?(?:%|per ?cent|prozent|pour cent|por ciento|por cento|per cento|procent)\b"
    words = rf"(?P<words>(?:{word})(?:[- ](?:and )?(?:{word}))*)"
    return re.compile(rf"(?<!\w){words}(?!\w)(?P<percent>{percent})?", re.IGNORECASE), values


def _value(words: str, values: Mapping[str, float]) -> float:
    """Read "two hundred and five" as 205: larger words multiply, the others add."""
    whole = words.lower()
    if whole in values:
        return values[whole]
    total = 0.0
    for word in re.split(r"[- ](?:and )?", whole):
        figure = values.get(word, 0.0)
        total = (total or 1.0) * figure if figure >= 100 else total + figure
    return total


def _han(text: str) -> list[Worded]:
    found = []
    for match in _HAN.finditer(text):
        percent, tenths, count = match.group("percent"), match.group("tenths"), match.group("count")
        value = float(_han_value(percent or tenths or count))
        if tenths:
            value *= 10
        if not (count and value < 2):
            found.append(Worded(match.group(), value / (1 if count else 100), is_ratio=not count))
    return found


def _han_value(written: str) -> int:
    """Read a number of Han numerals below a thousand."""
    total, digit = 0, 0
    for character in written.translate(str.maketrans("两兩", "二二")):
        if character == "百":
            total, digit = total + max(digit, 1) * 100, 0
        elif character == "十":
            total, digit = total + max(digit, 1) * 10, 0
        else:
            digit = max(_HAN_DIGITS.index(character) - 1, 0)
    return total + digit
