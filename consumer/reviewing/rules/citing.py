"""Citing: pointers into the learner's record, spread over the stages."""

from collections.abc import Iterable, Sequence

from consumer.assembly.folding import fold
from consumer.assembly.grounding import is_long_enough
from consumer.drafts import Citation
from schemas.events import ArtefactSubmitted, ConversationMessage, ObjectiveRolledUp
from schemas.review import MAX_EVIDENCE


def cite(objective: ObjectiveRolledUp, quote: str | None = None) -> Citation:
    """Point to an objective, with a part of its title, feedback or notes where given."""
    return Citation(
        source="objective", source_id=objective.objective_id, revision=None, quote=quote
    )


def cite_issue(objective: ObjectiveRolledUp, kind: str) -> Citation:
    """Point to an objective by what was noted on a kind of issue there, where that says enough."""
    return cite(objective, issue_note(objective, kind))


def issue_note(objective: ObjectiveRolledUp, kind: str) -> str | None:
    """Return the first note on a kind that can be quoted, else None."""
    notes = (i.note for i in objective.issues if i.kind == kind)
    return next((note for note in notes if is_long_enough(fold(note))), None)


def cite_message(message: ConversationMessage, quote: str) -> Citation:
    """Point to words of a message."""
    return Citation(source="message", source_id=message.message_id, revision=None, quote=quote)


def cite_artefact(artefact: ArtefactSubmitted, quote: str) -> Citation:
    """Point to words of one revision of the learner's own text."""
    return Citation(
        source="artefact",
        source_id=artefact.artefact_id,
        revision=artefact.revision,
        quote=quote,
    )


def spread(
    objectives: Iterable[ObjectiveRolledUp], *, limit: int = 4
) -> tuple[ObjectiveRolledUp, ...]:
    """Choose at most `limit` objectives: one of each stage first, then the others in order."""
    pool = list(objectives)
    first: list[ObjectiveRolledUp] = []
    for objective in pool:
        if all(objective.stage_id != chosen.stage_id for chosen in first):
            first.append(objective)
    # With more stages than room, the arc's two ends say more than its beginning.
    if len(first) > limit:
        first = [*first[: limit // 2], *first[-(limit - limit // 2) :]]
    rest = [o for o in pool if o not in first]
    kept = [*first, *rest][:limit]
    return tuple(o for o in pool if o in kept)


def bounded(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Drop repeats and what a review has no room for."""
    return tuple(dict.fromkeys(citations))[:MAX_EVIDENCE]
