"""Patterns in the learner's words: asking for help, rating oneself, writing."""

import re
from dataclasses import dataclass

from consumer.assembly.folding import fold
from consumer.drafts import Citation
from consumer.reviewing.rules.citing import cite_artefact, cite_message
from consumer.reviewing.rules.proposal import Proposal
from consumer.reviewing.rules.quotes import Quoted, best_quotes, opening
from consumer.reviewing.rules.reading import Reading, mean_score
from consumer.reviewing.rules.wording import figure, number_word, percent
from schemas.events import ArtefactSubmitted
from schemas.review import Signal

_QUESTION = re.compile(r"\?")


@dataclass(frozen=True, slots=True)
class _Gap:
    """A text of the learner's, how they rated it, and the mean score of its stage."""

    artefact: ArtefactSubmitted
    rating: float
    score: float


def help_seeking(reading: Reading, signal: Signal) -> Proposal:
    """Say how the learner asks, with a question from each of two stages at least."""
    asked = tuple(m for m in reading.arc.messages if m.sender == "user" and "?" in m.text)
    quotes = best_quotes(asked, listens_for=_QUESTION, not_own=persona_words(reading))
    chosen: list[Quoted] = []
    for quoted in quotes:
        if all(quoted.message.stage_id != other.message.stage_id for other in chosen):
            chosen.append(quoted)
    share = f"Of your {signal.n} messages {percent(signal.value or 0.0)}"
    if signal.value == 1.0:
        share = f"All of your {signal.n} messages"
    kept = sorted(chosen[:3], key=lambda q: reading.arc.messages.index(q.message))
    sentences = (
        f"{share} were {signal.name.replace('_', ' ')}.",
        "Whoever answers you knows from the message itself what you need.",
    )
    citations = tuple(cite_message(q.message, q.text) for q in kept)
    return Proposal(sentences, tuple(q.message for q in kept), citations)


def calibration(reading: Reading, signal: Signal) -> Proposal:
    """Say how far the learner's ratings of their own texts lie from the scores."""
    over = (signal.value or 0.0) > 0
    gaps = sorted(_gaps(reading), key=lambda gap: gap.rating - gap.score, reverse=over)
    side = "above" if over else "below"
    examples = [gap.artefact for gap in gaps if opening(gap.artefact)][:3]
    widest = ""
    if gaps:
        widest = (
            f"The widest gap is in {reading.stage(gaps[0].artefact.stage_id)}: you gave yourself "
            f"{figure(gaps[0].rating)} where the work scored {figure(gaps[0].score)}."
        )
    meaning = (
        "Your own sense of done comes earlier than the work's."
        if over
        else "Your work is better than you take it for."
    )
    sentences = (
        (
            f"You rated your own texts {figure(abs(signal.value or 0.0))} {side} the scores of "
            f"their stages, on average over {number_word(signal.n)} ratings."
        ),
        widest,
        meaning,
    )
    return Proposal(sentences, tuple(examples), _cited(examples))


def writing(reading: Reading, signal: Signal) -> Proposal:
    """Say how the learner's texts changed over the run."""
    measured = [(p.stage_id, p.value) for p in signal.series if p.value is not None]
    if len(measured) < 2:
        return Proposal((), (), ())
    (first, before), (last, after) = measured[0], measured[-1]
    texts = [a for a in reading.arc.artefacts if a.stage_id in (first, last)]
    ends = [
        next(a for a in texts if a.stage_id == first),
        next(a for a in reversed(texts) if a.stage_id == last),
    ]
    rose = signal.verdict == "improving"
    more = "more" if rose else "less"
    shares = (
        f"In your notes of this run {percent(before)} of the sentences said what they rest on "
        f"in {reading.stage(first)}, and {percent(after)} in {reading.stage(last)}, over "
        f"{signal.n} words."
    )
    # The change is measured over all the longer texts; the two at the ends may hide it.
    if (after > before) is not rose:
        shares = (
            f"In the longer notes of this run {'more' if rose else 'fewer'} of the later sentences "
            f"said what they rest on than of the earlier, over {signal.n} words."
        )
    sentences = (
        shares,
        (
            f"Whoever read the later ones could check {more} of what you wrote; of other texts of "
            "yours it says nothing."
        ),
    )
    return Proposal(sentences, tuple(ends), _cited(ends))


def persona_words(reading: Reading) -> str:
    """Return what the personas said, folded: words that are not the learner's own."""
    return "\n".join(fold(m.text) for m in reading.arc.messages if m.sender == "persona")


def _gaps(reading: Reading) -> list[_Gap]:
    latest: dict[str, ArtefactSubmitted] = {}
    for artefact in reading.arc.artefacts:
        known = latest.get(artefact.artefact_id)
        if known is None or artefact.revision > known.revision:
            latest[artefact.artefact_id] = artefact
    gaps = []
    for artefact in latest.values():
        score = mean_score(reading.arc.objectives_of(artefact.stage_id))
        if artefact.self_rating is not None and score is not None:
            gaps.append(_Gap(artefact, artefact.self_rating, score))
    return gaps


def _cited(artefacts: list[ArtefactSubmitted]) -> tuple[Citation, ...]:
    quoted = ((artefact, opening(artefact)) for artefact in artefacts)
    return tuple(cite_artefact(artefact, quote) for artefact, quote in quoted if quote)
