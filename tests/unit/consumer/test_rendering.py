from datetime import UTC, datetime
from typing import Any

import pytest

from consumer.rendering import render_markdown, render_text
from schemas.review import ReviewReady, review_id_of

NASTY = "Look \x1b[31m<script>alert(1)</script> [x](http://e.vil) *b* `c` # d\n\n# e | f\u202e"
EVIDENCE = {
    "source": "message",
    "source_id": "m1",
    "revision": None,
    "stage_id": "s1",
    "quote": NASTY,
}
SIGNAL: dict[str, Any] = {
    "signal_id": "pace",
    "kind": "pace",
    "name": "pace",
    "verdict": "too_little_data",
    "value": None,
    "unit": "percent",
    "low": None,
    "high": None,
    "n": 3,
    "minimum_n": 4,
    "series": [],
}
COUNT = {"expected": None, "seen": 3, "used": 2}


def make_review(**changes: Any) -> ReviewReady:
    fields: dict[str, Any] = {
        "review_id": review_id_of("run-1"),
        "revision": 1,
        "run_id": "run-1",
        "user_id": "u",
        "scenario_id": "sc",
        "scenario_title": "The broken export",
        "language": "en",
        "created_at": datetime(2026, 1, 6, 9, 30, tzinfo=UTC),
        "status": "partial",
        "reviewer": "rules",
        "headline": "A steady run.",
        "summary": "It held. It held.",
        "signals": [SIGNAL, SIGNAL | {"verdict": "unclear", "value": -12.5}],
        "patterns": [],
        "did_well": [{"statement": NASTY, "evidence": [EVIDENCE]}],
        "kept_stuck": [],
        "push_next": [
            {"action": "Ask.", "why": "It helps.", "check": "It holds.", "evidence": [EVIDENCE]}
        ],
        "writing_style": None,
        "xp": {
            "expected_total": 30,
            "dimensions": [
                {
                    "dimension_id": d,
                    "title": d,
                    "xp": xp,
                    "raw_xp": None,
                    "rationale": "r",
                    "evidence": [],
                }
                for d, xp in (("Craft", 20), ("Care", 10))
            ],
            "raw_total": None,
            "normalized": False,
            "clamped": False,
        },
        "perspectives": [
            {
                "persona_id": "dana",
                "name": "Dana",
                "role": "senior_peer",
                "status": "no_conversation",
                "text": None,
                "evidence": [],
            }
        ],
        "coverage": {"objective_rollups": COUNT, "messages": COUNT, "artefacts": COUNT},
        "provenance": {"schema_version": 1, "prompt_version": "p1", "calls": []},
    }
    return ReviewReady.model_validate(fields | changes)


def test_no_terminal_escape_survives_in_text() -> None:
    text = render_text(make_review(headline=f"h {NASTY}"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[31m" not in text


def test_no_markup_of_foreign_words_survives_in_markdown() -> None:
    text = render_markdown(make_review(headline=f"h {NASTY}"))
    assert "<script" not in text
    assert "](http" not in text
    assert "\n# e" not in text
    assert r"\*b\* \`c\`" in text


@pytest.mark.parametrize("start", ["# x", "- x", "1. x", "> x", "---", "~~~", "    code", "+ x"])
def test_a_text_cannot_begin_a_block(start: str) -> None:
    line = render_markdown(make_review(headline=start)).splitlines()[2]
    assert line[0] in "\\&1c"
    assert not line.startswith("1.")


def test_verdicts_are_said_honestly() -> None:
    text = render_text(make_review())
    assert "pace: too few stages to tell; from 3 stages, 4 needed" in text
    assert "pace: no clear trend, -12.5 percent" in text


def test_a_ratio_is_said_in_percent() -> None:
    (signal, *_) = make_review().signals
    changes = {"unit": "ratio", "value": 0.1, "low": 0.042, "high": 0.195, "verdict": "present"}
    text = render_text(make_review(signals=(signal.model_copy(update=changes),)))
    assert ": shown, 10 % (4 to 20); from" in text


def test_bars_are_in_proportion() -> None:
    text = render_text(make_review())
    assert f"{'█' * 20} 20 Craft" in text
    assert f"{'█' * 10}{'░' * 10} 10 Care" in text


def test_it_says_who_wrote_it_and_what_it_rests_on() -> None:
    text = render_text(make_review())
    assert "written by rules, 2026-01-06 09:30 UTC; revision 1" in text
    assert "messages: 2 used, 3 seen, an unknown number expected" in text
    assert "partial: " in text
    assert "[message m1, stage s1]" in text


def test_a_persona_without_a_view_says_why() -> None:
    text = render_text(make_review())
    assert "Dana, senior peer" in text
    assert "You had no conversation with this persona." in text
