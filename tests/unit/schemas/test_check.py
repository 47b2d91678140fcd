"""The gate that no unsound review passes."""

import json
from typing import Any

import pytest

from schemas.check import check_review
from schemas.errors import InvalidReviewError
from schemas.json_form import to_json
from schemas.registry import json_schema
from schemas.review import Evidence, ReviewReady


def test_a_sound_review_passes(review: ReviewReady) -> None:
    check_review(review)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"headline": "x" * 301}, r"\$\.headline breaks maxLength"),
        ({"headline": "a\x00b"}, r"\$\.headline breaks pattern"),
        ({"status": "fine"}, r"\$\.status breaks enum"),
        ({"revision": 0}, r"\$\.revision breaks minimum"),
        ({"revision": True}, r"\$\.revision breaks type"),
        ({"review_id": "not-a-uuid"}, r"\$\.review_id breaks format"),
        ({"created_at": "yesterday"}, r"\$\.created_at breaks format"),
        ({"created_at": "2026-03-14T10:22:31"}, r"\$\.created_at breaks format"),
        ({"perspectives": None}, r"\$\.perspectives breaks type"),
    ],
)
def test_an_unsound_review_is_refused_by_path(
    change: dict[str, Any], problem: str, review: ReviewReady
) -> None:
    # model_copy validates nothing, as a fault of ours might.
    with pytest.raises(InvalidReviewError, match=problem):
        check_review(review.model_copy(update=change))


def test_a_fault_deep_inside_is_found(review: ReviewReady) -> None:
    evidence = Evidence.model_construct(
        source="objective", source_id="", revision=None, stage_id="s1", quote=None
    )
    award = review.xp.dimensions[0].model_copy(update={"evidence": (evidence,)})
    xp = review.xp.model_copy(update={"dimensions": (award,)})

    with pytest.raises(
        InvalidReviewError, match=r"\$\.xp\.dimensions\[0\]\.evidence\[0\]\.source_id"
    ):
        check_review(review.model_copy(update={"xp": xp}))


def test_a_refusal_repeats_no_text_and_names_eight_problems_at_most(review: ReviewReady) -> None:
    secret = "secret diary " * 200
    empty = dict.fromkeys(json_schema("review_ready")["required"][:2], secret)
    fields = dict.fromkeys(
        ("headline", "summary", "status", "reviewer", "language", "run_id", "user_id", "signals"),
        secret,
    )

    with pytest.raises(InvalidReviewError) as caught:
        check_review(review.model_copy(update={**fields, **empty, "run_id": "run-1"}))

    assert "secret" not in str(caught.value)
    assert str(caught.value).count("breaks") == 8


def test_the_model_reads_what_the_schema_allows(review: ReviewReady) -> None:
    assert ReviewReady.model_validate_json(json.dumps(to_json(review))) == review
