"""Writing style: what the learner's own texts show, in these texts and no further."""

from consumer.assembly.folding import fold
from consumer.drafts import WritingStyleDraft
from consumer.reviewing.rules.citing import bounded, cite_artefact
from consumer.reviewing.rules.pattern_words import persona_words
from consumer.reviewing.rules.quotes import passages
from consumer.reviewing.rules.reading import Reading
from consumer.reviewing.rules.wording import plain_number
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
    opening = f"In these notes you wrote {measured[0].n} words."
    described = " ".join(s for s in map(_sentence, measured) if reading.stands(s, evidence))
    if not described:
        return None
    closing = "That describes these texts; it is not a mark, and not a trait."
    return WritingStyleDraft(statement=f"{opening} {described} {closing}", evidence=evidence)


def _sentence(signal: Signal) -> str:
    """Say one measure in words; what is not known by name is said as it stands."""
    name = signal.name.replace("_", " ")
    value = "" if signal.value is None else plain_number(signal.value)
    moved = {
        "improving": ", and more so towards the end",
        "worsening": ", and less towards the end",
    }
    change = moved.get(signal.verdict, "")
    if not value:
        return ""
    if "sentence" in name and "length" in name:
        return f"Your sentences run to {value} words on average{change}."
    for part, words in _PHRASES:
        if part in name:
            return f"{words}: {value} {signal.unit}{change}."
    return f"Measured for {name}: {value} {signal.unit}{change}."


_PHRASES = (
    ("evidence", "Words that say what a statement rests on, such as a reason or a source"),
    ("hedg", "Words that soften a statement"),
    ("owner", "Words that say who acts"),
    ("heading", "Headings and list items"),
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
