"""Records: an arc's contents as the JSON lines that a prompt's data channel holds.

One JSON object a line, so that no text can end a line or begin another record.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from consumer.arc import Arc
from schemas.events import ArtefactSubmitted, ConversationMessage, ObjectiveRolledUp, Persona
from schemas.review import Signal

# Measured on the learner's own texts or on all threads together: no persona may know them.
PRIVATE_SIGNALS = frozenset({"writing", "calibration", "help_seeking"})

Record = Mapping[str, Any]


def lines_of(records: Iterable[Record]) -> str:
    """Write records as JSON lines; absent values are left out."""
    return "\n".join(line_of(record) for record in records)


def line_of(record: Record) -> str:
    """Write one record on one line, whatever its texts hold."""
    known = {key: value for key, value in record.items() if value is not None}
    text = json.dumps(known, ensure_ascii=False, allow_nan=False)
    # json leaves these three; many readers take them for line ends. A lone surrogate has no UTF-8.
    for character in "\x85\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", errors="replace").decode("utf-8")


def scenario_records(arc: Arc) -> Iterator[Record]:
    """Describe the scenario, its stages and its dimensions."""
    trigger = arc.trigger
    yield {
        "record": "scenario",
        "title": trigger.scenario.title,
        "brief": trigger.scenario.brief,
    }
    for stage in arc.stages:
        yield {
            "record": "stage",
            "stage_id": stage.stage_id,
            "title": stage.title,
            "expected_minutes": stage.expected_minutes,
        }
    for dimension in trigger.xp.dimensions:
        yield {
            "record": "skill",
            "dimension_id": dimension.dimension_id,
            "title": dimension.title,
        }


def objective_record(objective: ObjectiveRolledUp, *, text_limit: int) -> Record:
    """Describe one rollup; its texts are cut at `text_limit` characters each."""
    issues = [
        {"kind": issue.kind, "note": issue.note[:text_limit], "attempt": issue.attempt}
        for issue in objective.issues
    ]
    texts = [objective.feedback or "", *(issue.note for issue in objective.issues)]
    return {
        "record": "objective",
        "objective_id": objective.objective_id,
        "stage_id": objective.stage_id,
        "title": objective.title,
        "dimension_ids": list(objective.dimension_ids),
        "attempts": objective.attempts,
        "hints": objective.hints,
        "hint_before_first_attempt": objective.hint_before_first_attempt,
        "active_seconds": objective.active_seconds,
        "first_score": objective.first_score,
        "score": objective.score,
        "issues": issues,
        "feedback": objective.feedback[:text_limit] if objective.feedback else None,
        "cut": True if any(len(text) > text_limit for text in texts) else None,
    }


def message_record(message: ConversationMessage, *, text_limit: int) -> Record:
    """Describe one message."""
    return {
        "record": "message",
        "message_id": message.message_id,
        "persona_id": message.persona_id,
        "stage_id": message.stage_id,
        "sender": message.sender,
        "text": message.text[:text_limit],
        "cut": True if len(message.text) > text_limit else None,
    }


def artefact_record(artefact: ArtefactSubmitted, *, text_limit: int) -> Record:
    """Describe one revision of one of the learner's texts."""
    return {
        "record": "artefact",
        "artefact_id": artefact.artefact_id,
        "revision": artefact.revision,
        "stage_id": artefact.stage_id,
        "kind": artefact.kind,
        "self_rating": artefact.self_rating,
        "text": artefact.text[:text_limit],
        "cut": True if len(artefact.text) > text_limit else None,
    }


def signal_record(signal: Signal) -> Record:
    """Describe one signal as computed, figures to four decimals."""
    return {
        "record": "signal",
        "signal_id": signal.signal_id,
        "kind": signal.kind,
        "name": signal.name,
        "verdict": signal.verdict,
        "value": _rounded(signal.value),
        "unit": signal.unit,
        "low": _rounded(signal.low),
        "high": _rounded(signal.high),
        "n": signal.n,
        "minimum_n": signal.minimum_n,
        "series": [[point.stage_id, _rounded(point.value)] for point in signal.series],
    }


def points_records(arc: Arc) -> Iterator[Record]:
    """Describe what the run pays, for the scoring call only."""
    yield {"record": "xp_total", "points": arc.trigger.xp.expected_total}
    for dimension in arc.trigger.xp.dimensions:
        yield {
            "record": "dimension",
            "dimension_id": dimension.dimension_id,
            "title": dimension.title,
            "max_xp": dimension.max_xp,
        }


def persona_record(persona: Persona) -> Record:
    """Describe one persona."""
    return {
        "record": "persona",
        "persona_id": persona.persona_id,
        "name": persona.name,
        "role": persona.role,
        "voice": persona.voice,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
