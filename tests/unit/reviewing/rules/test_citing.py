"""Citing: which of many objectives are shown, and by what words."""

from consumer.reviewing.rules.citing import (
    bounded,
    cite,
    cite_artefact,
    cite_issue,
    issue_note,
    spread,
)
from schemas.events import Issue
from schemas.review import MAX_EVIDENCE
from tests.arcs import artefact, objective

LONG = "The owner of the second step was missing."


def test_one_of_each_stage_is_shown_before_a_second_of_any() -> None:
    pool = [objective(n, f"s{stage}") for n, stage in ((1, 1), (2, 1), (3, 1), (4, 2), (5, 3))]
    assert [o.objective_id for o in spread(pool)] == ["o1", "o2", "o4", "o5"]
    assert [o.objective_id for o in spread(pool, limit=3)] == ["o1", "o4", "o5"]


def test_of_more_stages_than_room_the_two_ends_are_shown() -> None:
    pool = [objective(n, f"s{n}") for n in range(1, 8)]
    assert [o.objective_id for o in spread(pool)] == ["o1", "o2", "o6", "o7"]
    assert [o.objective_id for o in spread(pool, limit=3)] == ["o1", "o6", "o7"]


def test_an_issue_is_quoted_by_its_own_first_note_that_is_long_enough() -> None:
    noted = objective(
        issues=(
            Issue(kind="late_update", note="The update came two days too late."),
            Issue(kind="no_owner", note="No owner."),
            Issue(kind="no_owner", note=LONG),
            Issue(kind="no_owner", note="And of the third step as well it was."),
        )
    )
    assert issue_note(noted, "no_owner") == cite_issue(noted, "no_owner").quote == LONG
    assert issue_note(noted, "no_source") is None


def test_a_text_is_cited_in_the_revision_that_says_it() -> None:
    cited = cite_artefact(artefact(revision=3), "the note")
    assert (cited.source, cited.source_id, cited.revision) == ("artefact", "a1", 3)


def test_repeats_and_what_there_is_no_room_for_are_left_out() -> None:
    many = [cite(objective(n)) for n in (1, *range(1, MAX_EVIDENCE + 3))]
    assert bounded(many) == tuple(many[1 : MAX_EVIDENCE + 1])
