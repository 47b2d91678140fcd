"""Writing style: what the learner's own texts show, in these texts and no further."""

from collections.abc import Sequence

from consumer.assembly.folding import fold
from consumer.drafts import WritingStyleDraft
from consumer.reviewing.rules.citing import bounded, cite_artefact
from consumer.reviewing.rules.pattern_words import persona_words
from consumer.reviewing.rules.quotes import passages
from consumer.reviewing.rules.reading import Reading
from consumer.reviewing.rules.wording import listed, percent
from schemas.events import ArtefactSubmitted
from schemas.review import Signal


def writing_style_of(reading: Reading) -> WritingStyleDraft | None:
    """Describe the texts where enough words were measured, else nothing."""
    measured = [
        s for s in reading.signals if s.kind == "writing" and s.verdict != "too_little_data"
    ]
    cited = _cited(reading)
    if not measured or not cited:
        return None
    evidence = bounded([cite_artefact(artefact, quote) for artefact, quote in cited])
    sentences = (_size(measured), _shares(measured), _meaning(measured))
    return WritingStyleDraft(statement=" ".join(filter(None, sentences)), evidence=evidence)


def _size(measured: Sequence[Signal]) -> str:
    words = f"In these notes you wrote {measured[0].n} words"
    length = next((s for s in measured if "sentence" in s.name and "length" in s.name), None)
    if length is None or length.value is None:
        return f"{words}."
    return f"{words}, in sentences of {length.value:.0f} words on average."


def _shares(measured: Sequence[Signal]) -> str:
    """Say in what share of the sentences something was found, the greatest share first."""
    found = []
    for part, words in _PHRASES.items():
        signal = next((s for s in measured if part in s.name), None)
        if signal is not None and signal.value:
            change = _CHANGES.get(signal.verdict, "")
            found.append((signal.value, f"{percent(signal.value)} {words}{change}"))
    said = [words for _, words in sorted(found, key=lambda one: -one[0])]
    return f"Of your sentences, {listed(said)}." if said else ""


def _meaning(measured: Sequence[Signal]) -> str:
    """Say what the figures are good for; where English words were counted, which ones matter."""
    evidence = next((s for s in measured if "evidence" in s.name), None)
    if evidence is None:
        return _HERE_ONLY
    if not evidence.value:
        return f"No sentence was found that says what it rests on. {_HERE_ONLY}"
    return (
        "Those that say what they rest on are the ones a reader can check without asking you. "
        f"{_HERE_ONLY}"
    )


_HERE_ONLY = "Other texts of yours may be different."
_CHANGES = {"improving": " (more towards the end)", "worsening": " (fewer towards the end)"}
_PHRASES = {
    "evidence": "say what they rest on",
    "hedge": "leave room for doubt",
    "owner": "say I or my",
}


def _cited(reading: Reading) -> list[tuple[ArtefactSubmitted, str]]:
    """Choose an early and a late text, and a passage of each that no persona said."""
    spoken = persona_words(reading)
    found: list[tuple[ArtefactSubmitted, str]] = []
    for artefact in reading.arc.artefacts:
        quote = next((p for p in passages(artefact.text) if fold(p) not in spoken), None)
        if quote is not None:
            found.append((artefact, quote))
    return [found[0], found[-1]] if len(found) > 1 else found
