"""Items: one proposed statement with its evidence, checked; either it stands or it says why not.

Each `check_*` returns the review's own item or a tuple of faults. A fault names the error and ids,
never the learner's words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consumer.assembly.facts import Facts
from consumer.assembly.folding import fold, units_of
from consumer.assembly.grounding import Rejection, ground
from consumer.assembly.judgements import speaks_of_language
from consumer.assembly.prose import clean, cut
from consumer.drafts import (
    Citation,
    KeptStuckDraft,
    NextPushDraft,
    WentWellDraft,
    WritingStyleDraft,
)
from schemas.review import (
    MAX_EVIDENCE,
    MAX_STATEMENT_CHARACTERS,
    Evidence,
    KeptStuck,
    NextPush,
    WentWell,
    WritingStyle,
)

Faults = tuple[str, ...]

_SPEAKS_OF_WORDS = re.compile(
    r"\byou (?:\w+ )?(?:wrote|write|said|say|asked|ask|told|explained|put|phrased|noted|named|"
    r"described|replied|answered)\b|\byour (?:own )?(?:words?|messages?|notes?|questions?|"
    r"writing|summar(?:y|ies)|explanations?|reflections?|repl(?:y|ies)|answers?|sentences?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Grounded:
    """An item's evidence that stands, without repeats, and the faults of what does not."""

    evidence: tuple[Evidence, ...]
    faults: Faults


def ground_all(citations: Sequence[Citation], facts: Facts) -> Grounded:
    """Ground citations in order; the caller bounds how many it keeps."""
    evidence: list[Evidence] = []
    faults: list[str] = []
    for citation in citations:
        found = ground(citation, facts.sources)
        if isinstance(found, Rejection):
            faults.append(found.reason)
        elif found not in evidence:
            evidence.append(found)
    return Grounded(tuple(evidence), tuple(faults))


def statement(text: str) -> str:
    """Make a text safe and bring it within the contract's 2,000 characters."""
    return cut(clean(text), MAX_STATEMENT_CHARACTERS)


def same_words(text: str) -> str:
    """Return a form in which two texts that say the same words are equal."""
    return " ".join(units_of(fold(text)))


def check_went_well(draft: WentWellDraft, facts: Facts) -> WentWell | Faults:
    """Check praise; where it speaks of the learner's words, a persona's words cannot carry it."""
    text = statement(draft.statement)
    found = ground_all(draft.evidence, facts)
    if _speaks_of_words(text, facts):
        found = learners_only(found, facts, objectives=True)
    faults = _faults((text,), found, facts)
    return faults or WentWell(statement=text, evidence=found.evidence[:MAX_EVIDENCE])


def check_kept_stuck(draft: KeptStuckDraft, facts: Facts) -> KeptStuck | Faults:
    """Check a sticking point; an issue kind must occur in the run."""
    text = statement(draft.statement)
    found = ground_all(draft.evidence, facts)
    faults = _faults((text,), found, facts)
    if draft.issue_kind is not None and draft.issue_kind not in facts.arc.issue_kinds:
        faults = (*faults, "the issue_kind does not occur in this run")
    return faults or KeptStuck(
        statement=text, issue_kind=draft.issue_kind, evidence=found.evidence[:MAX_EVIDENCE]
    )


def check_next_push(draft: NextPushDraft, facts: Facts) -> NextPush | Faults:
    """Check a next push: action, reason and check, each a sentence that can be stood by."""
    action, why, check = (statement(t) for t in (draft.action, draft.why, draft.check))
    found = ground_all(draft.evidence, facts)
    faults = _faults((action, why, check), found, facts)
    return faults or NextPush(
        action=action, why=why, check=check, evidence=found.evidence[:MAX_EVIDENCE]
    )


def check_writing_style(draft: WritingStyleDraft, facts: Facts) -> WritingStyle | Faults:
    """Check a reading of the writing: enough words measured, and quotes of the learner's own."""
    text = statement(draft.statement)
    found = learners_only(ground_all(draft.evidence, facts), facts, objectives=False)
    faults = _faults((text,), found, facts)
    if not writing_is_measured(facts):
        faults = (*faults, "there are too few words to tell a writing style: leave it null")
    if speaks_of_language(text):
        faults = (*faults, "it speaks of grammar, spelling, vocabulary or readability")
    return faults or WritingStyle(statement=text, evidence=found.evidence[:MAX_EVIDENCE])


def writing_is_measured(facts: Facts) -> bool:
    """Tell whether any writing signal rests on enough words."""
    return any(s.kind == "writing" and s.verdict != "too_little_data" for s in facts.signals)


def learners_only(found: Grounded, facts: Facts, *, objectives: bool) -> Grounded:
    """Refuse evidence that the learner did not write: a persona's messages, words copied from one.

    `objectives` tells whether objectives, written by nobody, may stand.
    """
    kept: list[Evidence] = []
    faults = list(found.faults)
    for item in found.evidence:
        sources = facts.sources.find(item)
        own = all(source.by_learner for source in sources)
        copied = item.quote is not None and facts.sources.others_said(item.quote)
        if (item.source == "objective" and objectives) or (own and not copied):
            kept.append(item)
        else:
            faults.append(f"{item.source} {item.source_id!r} is cited as the learner's own words")
    return Grounded(tuple(kept), tuple(faults))


def _speaks_of_words(text: str, facts: Facts) -> bool:
    """Tell whether praise is about what the learner said; not told apart outside English."""
    english = facts.language.lower().split("-")[0] == "en"
    return not english or bool(_SPEAKS_OF_WORDS.search(text))


def _faults(texts: Sequence[str], found: Grounded, facts: Facts) -> Faults:
    faults = [] if all(texts) else ["a text is empty"]
    faults += found.faults
    if not found.evidence:
        faults.append("no evidence stands")
    for text in texts:
        faults += facts.prose_faults(text, found.evidence)
    return tuple(dict.fromkeys(faults))
