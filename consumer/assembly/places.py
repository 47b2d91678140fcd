"""Places: a statement that names a stage must have evidence from that stage.

A stage is named by its title after a word of place ("in Kick-off"), or by its number ("in the third
stage"). A title that is a name of something else in the run too tells no place.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

from consumer.arc import Arc
from consumer.assembly.folding import find_words
from consumer.assembly.prose import without_quotations

_BEFORE: Final = re.compile(
    r"(?:\b(?:in|at|on|during|by|from|of|to|until|before|after|within|since|through|and|stage)|,)"
    r"(?: the| your| stage)? [“\"«]?\Z",
    re.IGNORECASE,
)
_ORDINALS: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"
)  # fmt: skip
_NUMBERED: Final = re.compile(
    rf"\bthe (?P<ordinal>{'|'.join(_ORDINALS)}|last|final) stage\b|"
    r"\bstage (?P<number>\d{1,2})\b",
    re.IGNORECASE,
)


def stages_named(text: str, arc: Arc, others: Collection[str]) -> frozenset[str]:
    """Return the ids of the stages that `text` names; `others` are the run's names of else."""
    plain = without_quotations(text)
    found: set[str] = set()
    for stage in sorted(arc.stages, key=lambda s: -len(s.title)):
        if not stage.title.strip() or stage.title in others:
            continue
        at = find_words(plain, stage.title)
        while at is not None:
            if _BEFORE.search(plain[:at]):
                found.add(stage.stage_id)
            plain = f"{plain[:at]}{'_' * len(stage.title)}{plain[at + len(stage.title) :]}"
            at = find_words(plain, stage.title, at)
    for match in _NUMBERED.finditer(plain):
        place = _place(match, len(arc.stages))
        if 0 <= place < len(arc.stages):
            found.add(arc.stages[place].stage_id)
    return frozenset(found)


def _place(match: re.Match[str], stages: int) -> int:
    if match.group("number"):
        return int(match.group("number")) - 1
    ordinal = match.group("ordinal").lower()
    return _ORDINALS.index(ordinal) if ordinal in _ORDINALS else stages - 1


def other_names(arc: Arc) -> Sequence[str]:
    """Return the names in a run that are not those of its stages."""
    return (
        *(objective.title for objective in arc.objectives),
        *(persona.name for persona in arc.trigger.personas),
        *(persona.role for persona in arc.trigger.personas),
        *(dimension.title for dimension in arc.trigger.xp.dimensions),
    )
