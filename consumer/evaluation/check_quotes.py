"""Quotes: does each stand in the source it cites, word for word?

Looked up anew: both sides in NFKC with white space folded, case kept, in the very record and stage
that the evidence names. At least six words (six characters of Chinese, Japanese or Thai) or the
whole text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from consumer.arc import Arc
from consumer.evaluation.reviewed import Metric, Reviewed, at_least, cited
from schemas.review import Evidence

LEAST_WORDS = LEAST_CHARACTERS = 6
LONGEST: Final = 1_000
_WITHOUT_SPACES: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")


def quote_metrics(reviewed: Sequence[Reviewed]) -> tuple[Metric, ...]:
    """Return the share of all evidence that is true of its source."""
    pieces = [(one.arc, evidence) for one in reviewed for evidence in cited(one.review)]
    true = sum(is_true(evidence, arc) for arc, evidence in pieces)
    share = true / len(pieces) if pieces else None
    return (at_least("quotes verified", share, 1, f"{true} of {len(pieces)} pieces of evidence"),)


def is_true(evidence: Evidence, arc: Arc) -> bool:
    """Tell whether the source is there, in that stage, and holds the quote."""
    texts = [plain(text) for text in _texts(evidence, arc)]
    if not texts:
        return False
    if evidence.quote is None:
        return evidence.source == "objective"
    quote = plain(evidence.quote)
    if len(evidence.quote) > LONGEST or not quote:
        return False
    long_enough = (
        len(quote.split()) >= LEAST_WORDS or len(_WITHOUT_SPACES.findall(quote)) >= LEAST_CHARACTERS
    )
    return any(quote == text or (long_enough and quote in text) for text in texts)


def plain(text: str) -> str:
    """Return a text in NFKC with each run of white space as one space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def _texts(evidence: Evidence, arc: Arc) -> Iterator[str]:
    place = (evidence.source_id, evidence.stage_id, evidence.revision)
    if evidence.source == "objective":
        for objective in arc.objectives:
            if (objective.objective_id, objective.stage_id, None) == place:
                yield from (objective.title, objective.feedback or "")
                yield from (issue.note for issue in objective.issues)
    elif evidence.source == "message":
        for message in arc.messages:
            if (message.message_id, message.stage_id, None) == place:
                yield message.text
    else:
        for artefact in arc.artefacts:
            if (artefact.artefact_id, artefact.stage_id, artefact.revision) == place:
                yield artefact.text
