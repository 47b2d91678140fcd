"""A review held to the arc file that it is of, by nothing but the two."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def trigger_of(arc: Path) -> dict[str, Any]:
    for line in arc.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["topic"] == "scenario.completed":
            value = record["value"]
            assert isinstance(value, dict)
            return value
    pytest.fail(f"{arc.name} has no trigger")


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _sources(arc: Path) -> dict[tuple[str, str], list[str]]:
    sources: dict[tuple[str, str], list[str]] = {}
    for line in arc.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        value = record["value"]
        if record["topic"] == "conversation.message":
            sources[("message", value["message_id"])] = [value["text"]]
        elif record["topic"] == "artefact.submitted":
            key = ("artefact", f"{value['artefact_id']}/{value['revision']}")
            sources[key] = [value["text"]]
        elif record["topic"] == "objective.rolled-up":
            sources[("objective", value["objective_id"])] = [
                value["title"],
                value.get("feedback") or "",
                *(issue["note"] for issue in value["issues"]),
            ]
    return sources


def _evidence_of(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "evidence":
                yield from value
            else:
                yield from _evidence_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from _evidence_of(value)


def assert_true_to(arc: Path, review: dict[str, Any]) -> None:
    trigger = trigger_of(arc)
    sources = _sources(arc)
    assert sum(d["xp"] for d in review["xp"]["dimensions"]) == trigger["xp"]["expected_total"]
    assert [p["persona_id"] for p in review["perspectives"]] == [
        p["persona_id"] for p in trigger["personas"]
    ]
    cited = list(_evidence_of(review))
    assert cited
    for evidence in cited:
        source_id = evidence["source_id"]
        if evidence["source"] == "artefact":
            source_id = f"{source_id}/{evidence['revision']}"
        texts = sources[(evidence["source"], source_id)]
        if evidence["quote"] is not None:
            assert any(_fold(evidence["quote"]) in _fold(text) for text in texts)


def assert_claims_nothing_unmeasured(review: dict[str, Any]) -> None:
    unmeasured = {"pace", "independence", "help_avoidance", "first_pass", "recovery", "stuck"}
    by_kind = {signal["kind"]: signal for signal in review["signals"]}
    for kind in unmeasured & by_kind.keys():
        assert by_kind[kind]["verdict"] == "too_little_data", kind
    assert not unmeasured & {pattern["kind"] for pattern in review["patterns"]}
    assert review["writing_style"] is None
