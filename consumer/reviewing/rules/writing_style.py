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
        s
        for s in reading.signals
        if s.kind == "writing" and s.verdict != "too_little_data" and s.n >= s.minimum_n
    ]
    cited = _cited(reading)
    if not measured or not cited:
        return None
    evidence = bounded([cite_artefact(artefact, quote) for artefact, quote in cited])
    sentences = (_size(measured), _rates(measured), _contrast(measured))
    stated = [s for s in sentences if s and reading.stands(s, evidence)]
    if len(stated) < 2:
        return None
    return WritingStyleDraft(statement=" ".join(stated), evidence=evidence)


def _size(measured: Sequence[Signal]) -> str:
    words = f"In these notes you wrote {measured[0].n} words"
    length = next((s for s in measured if "sentence" in s.name and "length" in s.name), None)
    if length is None or length.value is None:
        return f"{words}."
    return f"{words}, in sentences of {length.value:.0f} words on average."


def _rates(measured: Sequence[Signal]) -> str:
    """Say what share of the sentences has each marker, the most frequent first."""
    said = [
        f"{percent(value)} {words}{_CHANGES.get(signal.verdict, '')}"
        for value, words, signal in _counted(measured)
    ]
    return f"Of your sentences, {listed(said)}." if said else ""


def _contrast(measured: Sequence[Signal]) -> str:
    """Say what a reader gets most and least of, which is what the figures are good for."""
    counted = _counted(measured)
    if len(counted) < 2 or counted[0][0] < 2 * counted[-1][0]:
        return "No one of these stands out, and it need not hold for other texts of yours."
    most, least = counted[0][1], counted[-1][1]
    return (
        f"So whoever reads them learns {_READS[most]} far more often than {_READS[least]}; in "
        "other texts of yours it may be different."
    )


def _counted(measured: Sequence[Signal]) -> list[tuple[float, str, Signal]]:
    found = []
    for part, words in _PHRASES:
        signal = next((s for s in measured if part in s.name), None)
        if signal is not None and signal.value:
            found.append((signal.value, words, signal))
    return sorted(found, key=lambda entry: -entry[0])


_CHANGES = {"improving": " (more towards the end)", "worsening": " (fewer towards the end)"}
_ACTS, _RESTS, _SOFTENS = "say who acts", "say what a statement rests on", "soften a statement"
_PHRASES = (("evidence", _RESTS), ("hedge", _SOFTENS), ("owner", _ACTS))
_READS = {
    _ACTS: "who acts",
    _RESTS: "what a statement rests on",
    _SOFTENS: "how sure you are",
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
