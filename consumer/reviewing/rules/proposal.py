"""Proposal: what one writer says of one signal, before it is checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from consumer.drafts import Citation
from consumer.reviewing.rules.citing import cite
from schemas.events import ArtefactSubmitted, ConversationMessage, ObjectiveRolledUp

Record = ObjectiveRolledUp | ConversationMessage | ArtefactSubmitted


@dataclass(frozen=True, slots=True)
class Proposal:
    """Sentences in order, the records they rest on, and how those are cited."""

    sentences: tuple[str, ...]
    records: tuple[Record, ...]
    citations: tuple[Citation, ...]


def from_objectives(
    sentences: Sequence[str],
    cited: Sequence[ObjectiveRolledUp],
    *,
    over: Sequence[ObjectiveRolledUp],
) -> Proposal:
    """Rest sentences on the objectives they were measured `over`, a few of them cited."""
    return Proposal(tuple(sentences), tuple(over), tuple(cite(o) for o in cited))
