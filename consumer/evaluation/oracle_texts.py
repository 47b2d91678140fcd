"""The best detector's reading of ratings, first tries, texts and questions.

- calibration: the mean gap between ratings and scores against the known spread of ratings, p ≤ .05
  two-sided, a tenth or more, six pairs;
- first pass: a slope of the first scores, of which it knows what was planted without one, against
  their known spread, p ≤ .015 two-sided, twelve objectives;
- writing: the sentences that give evidence, late texts against early ones, as many as the known
  usual share allows (normal for the binomial, p ≤ .005 two-sided), and twice the rate;
- questions: more than a tenth of twenty messages or more, p ≤ .05, of a learner who asks well.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean

from consumer.evaluation.arcs import GeneratedArc
from consumer.evaluation.factors import EVIDENCE_USUAL, RATING_NOISE, SCORE_NOISE, Factors
from consumer.evaluation.oracle_tests import binomial_tail, two_sided
from consumer.evaluation.rollups import mean_score
from consumer.evaluation.truth import TruePattern
from schemas.events import ArtefactSubmitted, ConversationMessage
from schemas.review import Direction

RATING_MAX_P, MIN_GAP, MIN_PAIRS = 0.05, 0.10, 6
FIRST_PASS_MAX_P, FIRST_PASS_OBJECTIVES = 0.015, 12
WRITING_MAX_P, WRITING_TIMES, WRITING_TEXTS, WRITING_WORDS = 0.005, 2.0, 3, 300
ASKING_MAX_P, ASKING_RATE, ASKING_MESSAGES = 0.05, 0.10, 20


def best_of_texts(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    """Return what the best detector claims of these four."""
    return (
        *_calibration(factors, arc),
        *_first_pass(factors, arc),
        *_writing(arc),
        *_asking(factors, arc),
    )


def planted_in_texts(factors: Factors) -> tuple[TruePattern, ...]:
    """Return which of these four the arc's factors make true."""
    found: list[TruePattern] = []
    if factors.rating_gap:
        found.append(_rating(factors.rating_gap))
    if factors.first_rise:
        found.append(TruePattern(kind="first_pass", direction=_moved(factors.first_rise)))
    if factors.evidence != "usual":
        direction: Direction = "improving" if factors.evidence == "rising" else "worsening"
        found.append(TruePattern(kind="writing", direction=direction))
    if factors.asking:
        found.append(TruePattern(kind="help_seeking", direction="present"))
    return tuple(found)


def _calibration(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    if not factors.scored:
        return ()
    gaps = []
    for artefact in _last_revisions(arc):
        stage = int(artefact.stage_id[1:]) - 1
        scores = [r.score for r in arc.rollups if r.stage == stage and r.score is not None]
        if artefact.self_rating is not None and scores:
            gaps.append(artefact.self_rating - fmean(scores))
    if len(gaps) < MIN_PAIRS or abs(fmean(gaps)) < MIN_GAP:
        return ()
    surely = two_sided(fmean(gaps) * sqrt(len(gaps)) / RATING_NOISE) <= RATING_MAX_P
    return (_rating(fmean(gaps)),) if surely else ()


def _first_pass(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    scored = [(r.place, r) for r in arc.rollups if r.first_score is not None]
    if len(scored) < FIRST_PASS_OBJECTIVES or factors.help == "avoiding":
        return ()
    middle = fmean(place for place, _ in scored)
    squares = sum((place - middle) ** 2 for place, _ in scored)
    slope = 0.0
    for place, rollup in scored:
        without = mean_score(factors, rollup.dimensions, place) - factors.first_rise * (place - 0.5)
        slope += (place - middle) * ((rollup.first_score or 0.0) - without) / squares
    if two_sided(slope * sqrt(squares) / SCORE_NOISE) > FIRST_PASS_MAX_P:
        return ()
    return (TruePattern(kind="first_pass", direction=_moved(slope)),)


def _writing(arc: GeneratedArc) -> tuple[TruePattern, ...]:
    words = [len(artefact.text.split()) for artefact in _last_revisions(arc)]
    read = zip(arc.evidence, words, strict=True)
    long = [counts for counts, length in read if length >= WRITING_WORDS]
    if len(long) < WRITING_TEXTS:
        return ()
    half = len(long) // 2
    (early, early_all), (late, late_all) = (_summed(long[:half]), _summed(long[-half:]))
    early_rate, late_rate = early / early_all, late / late_all
    spread = sqrt(EVIDENCE_USUAL * (1 - EVIDENCE_USUAL) * (1 / early_all + 1 / late_all))
    more, less = max(early_rate, late_rate), min(early_rate, late_rate)
    if two_sided((more - less) / spread) > WRITING_MAX_P or more < WRITING_TIMES * less:
        return ()
    return (TruePattern(kind="writing", direction=_moved(late_rate - early_rate)),)


def _asking(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    messages = [r for r in arc.records if isinstance(r, ConversationMessage)]
    own = [message.text for message in messages if message.sender == "user"]
    asked = sum("?" in text for text in own)
    enough = len(own) >= ASKING_MESSAGES and factors.asking
    if not enough or binomial_tail(asked, len(own), ASKING_RATE) > ASKING_MAX_P:
        return ()
    return (TruePattern(kind="help_seeking", direction="present"),)


def _last_revisions(arc: GeneratedArc) -> list[ArtefactSubmitted]:
    """Return the last revision of each artefact, in the order of their numbers."""
    last: dict[int, ArtefactSubmitted] = {}
    for record in arc.records:
        if isinstance(record, ArtefactSubmitted):
            number = int(record.artefact_id[1:])
            if number not in last or record.revision > last[number].revision:
                last[number] = record
    return [last[number] for number in sorted(last)]


def _summed(counts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(one for one, _ in counts), sum(whole for _, whole in counts)


def _rating(gap: float) -> TruePattern:
    name = "over_rating" if gap > 0 else "under_rating"
    return TruePattern(kind="calibration", name=name, direction="present")


def _moved(change: float) -> Direction:
    return "improving" if change > 0 else "worsening"
