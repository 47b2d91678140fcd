from typing import Any

import pytest

from consumer.signals.facts import facts


def test_the_halves_count_first_hints_and_mean_scores(make_arc: Any) -> None:
    def one(asked: bool | None, score: float) -> dict[str, Any]:
        return {"hint_before_first_attempt": asked, "score": score, "hints": int(bool(asked))}

    arc = make_arc(
        [
            (1, one(True, 0.7)),
            (2, one(True, 0.8)),
            (3, one(True, 0.1)),
            (4, one(False, 0.7)),
            (5, one(None, 0.9)),
        ],
        stages=5,
    )
    found = facts(arc)
    assert found.early.stage_ids == ("s1", "s2")
    assert found.late.stage_ids == ("s4", "s5")
    assert (found.early.asked_first, found.early.asked_first_known) == (2, 2)
    assert (found.late.asked_first, found.late.asked_first_known) == (0, 1)
    assert found.early.mean_score == pytest.approx(0.75)
    assert found.late.mean_score == pytest.approx(0.8)
    assert (found.early.hints, found.late.hints) == (2, 0)
    assert (found.early.successes, found.late.successes) == (2, 2)


def test_what_was_not_measured_is_none(make_arc: Any) -> None:
    early = facts(make_arc([(1, {}), (2, {})])).early
    assert (early.hints, early.successes, early.mean_score) == (None, None, None)


def test_of_one_stage_both_halves_are_empty(make_arc: Any) -> None:
    found = facts(make_arc([(1, {})], stages=1))
    assert found.early.stage_ids == found.late.stage_ids == ()


def test_an_issue_tells_where_it_hit_and_what_came_after_feedback(make_arc: Any) -> None:
    hit = {"kinds": ["a"]}
    arc = make_arc([(1, hit), (1, hit | {"feedback": "No."}), (2, {}), (3, hit), (4, {})])
    (issue,) = facts(arc).issues
    assert (issue.kind, issue.hits, issue.chances) == ("a", 3, 5)
    assert issue.hit_stage_ids == ("s1", "s3")
    assert issue.feedback_stage_id == "s1"
    assert (issue.hits_after_feedback, issue.chances_after_feedback) == (1, 3)


def test_a_kind_without_feedback_has_nothing_after_it_and_one_never_seen_is_none(
    make_arc: Any,
) -> None:
    chance = {"opportunities": ("a", "never")}
    hit = chance | {"kinds": ["a"]}
    (issue,) = facts(make_arc([(1, hit), (2, hit), (3, chance)])).issues
    assert (issue.kind, issue.chances, issue.feedback_stage_id) == ("a", 3, None)
    assert (issue.hits_after_feedback, issue.chances_after_feedback) == (0, 0)
