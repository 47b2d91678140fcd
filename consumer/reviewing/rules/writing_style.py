"""Writing style: what the learner's own texts show, in these texts and no further."""

from collections.abc import Sequence

from consumer.assembly.folding import fold
from consumer.drafts import WritingStyleDraft
from consumer.reviewing.rules.citing import bounded, cite_artefact
from consumer.reviewing.rules.pattern_words import persona_words
from consumer.reviewing.rules.quotes import passages
from consumer.reviewing.rules.reading import Reading
from consumer.reviewing.rules.wording import listed, plain_number
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
    sentences = (
        f"In these notes you wrote {measured[0].n} words.",
        _lengths(measured),
        _rates(measured),
    )
    stated = [s for s in sentences if s and reading.stands(s, evidence)]
    if len(stated) < 2:
        return None
    closing = "That describes these texts; it is no mark, and it need not hold for others."
    return WritingStyleDraft(statement=" ".join((*stated, closing)), evidence=evidence)


def _lengths(measured: Sequence[Signal]) -> str:
    length = next((s for s in measured if "sentence" in s.name and "length" in s.name), None)
    if length is None or length.value is None:
        return ""
    return f"Your sentences run to {plain_number(length.value)} words on average."


def _rates(measured: Sequence[Signal]) -> str:
    """Say what is counted by the hundred words, in one sentence."""
    said = []
    for part, words in _PHRASES:
        signal = next((s for s in measured if part in s.name), None)
        if signal is not None and signal.value:
            said.append(f"{plain_number(signal.value)} {words}{_CHANGES.get(signal.verdict, '')}")
    return f"In every hundred of them there are about {listed(said)}." if said else ""


_CHANGES = {"improving": " (more towards the end)", "worsening": " (fewer towards the end)"}
_PHRASES = (
    ("evidence", "that say what a statement rests on"),
    ("hedg", "that soften one"),
    ("owner", "that say who acts"),
    ("heading", "headings or list items"),
)


def _cited(reading: Reading) -> list[tuple[ArtefactSubmitted, str]]:
    """Choose an early and a late text, and a passage of each that no persona said."""
    spoken = persona_words(reading)
    found: list[tuple[ArtefactSubmitted, str]] = []
    for artefact in reading.arc.artefacts:
        quote = next((p for p in passages(artefact.text) if fold(p) not in spoken), None)
        if quote is not None:
            found.append((artefact, quote))
    return [found[0], found[-1]] if len(found) > 1 else found
