from dataclasses import replace
from typing import Any

import pytest

from consumer.signals.occurrence import Occurrence, names_kind, occurrences


def _only(arc: Any, kind: str = "late_update") -> Occurrence:
    (found,) = (one for one in occurrences(arc) if one.kind == kind)
    return found


def test_without_opportunities_every_objective_is_a_chance(make_arc: Any) -> None:
    one = _only(make_arc([(1, {"kinds": ["late_update"]}), (2, {}), (3, {"opportunities": ()})]))
    assert (one.chances, one.hits) == ((0, 1, 2), (0,))


def test_where_any_objective_names_opportunities_only_those_named_count(make_arc: Any) -> None:
    objectives = [
        (1, {"kinds": ["late_update"], "opportunities": ("late_update",)}),
        (2, {"kinds": ["late_update"]}),
        (3, {"opportunities": ("late_update", "other")}),
    ]
    one = _only(make_arc(objectives))
    assert (one.chances, one.hits) == ((0, 2), (0,))


def test_an_issue_seen_thrice_in_one_objective_is_one_hit(make_arc: Any) -> None:
    one = _only(make_arc([(1, {"kinds": ["late_update"] * 3}), (2, {"kinds": ["late_update"]})]))
    assert one.hits == (0, 1)


def test_a_kind_tested_for_and_never_seen_is_known_but_does_not_occur(make_arc: Any) -> None:
    one = _only(make_arc([(1, {"opportunities": ("late_update",)})]))
    assert (one.occurs, one.chances, one.hits) == (False, (0,), ())


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"feedback_kinds": ("late_update",)}, True),
        ({"feedback": "Again a late update to the board."}, True),
        ({"feedback": "Mind the Late-Updates, please."}, True),
        ({"feedback": "Good.", "kinds": ["late_update"]}, True),
        ({"feedback": "Good."}, False),
        ({"feedback": "A translate_updater is fine."}, False),
        ({"feedback": "  ", "kinds": ["late_update"]}, False),
        ({"feedback_kinds": ("other",)}, False),
    ],
)
def test_feedback_counts_where_it_names_the_kind_or_follows_it(
    make_arc: Any, fields: dict[str, Any], counts: bool
) -> None:
    hit = {"kinds": ["late_update"]}
    one = _only(make_arc([(1, hit), (1, fields), (2, hit), (3, {})]))
    assert one.feedback == ((1,) if counts else ())


def test_hits_after_feedback_are_those_of_later_objectives(make_arc: Any) -> None:
    hit = {"kinds": ["late_update"]}
    one = _only(make_arc([(1, hit), (1, hit | {"feedback": "No."}), (2, hit), (3, hit)]))
    assert one.after_feedback == (2, 3)


def test_gone_from_is_the_first_feedback_at_or_after_the_last_hit() -> None:
    one = Occurrence(
        kind="k", chances=tuple(range(9)), shown=(0, 2), hits=(0, 2), feedback=(0, 2, 5)
    )
    assert (one.gone_from, one.chances_after(2)) == (2, 6)


def test_a_kind_without_feedback_after_its_last_hit_is_never_gone() -> None:
    one = Occurrence(kind="k", chances=(0, 1, 2), shown=(0, 2), hits=(0, 2), feedback=(0,))
    assert one.gone_from is None


def test_the_longest_break_counts_chances_only() -> None:
    hits = (0, 2, 9)
    one = Occurrence(kind="k", chances=(0, 2, 4, 5, 6, 9), shown=hits, hits=hits, feedback=())
    assert one.longest_break() == (3, 2)


def test_where_it_showed_without_a_chance_it_was_not_gone() -> None:
    one = Occurrence(
        kind="k", chances=(0, 1, 3, 4, 6, 7), shown=(0, 1, 5, 7), hits=(0, 1, 7), feedback=(1, 7)
    )
    assert one.longest_break() == (2, 1)
    again = replace(one, shown=(0, 1, 5), hits=(0, 1))
    assert (again.gone_from, replace(again, shown=(0, 1)).gone_from) == (7, 1)


def test_hits_after_feedback_count_from_the_first_word_on_it(make_arc: Any) -> None:
    hit = {"kinds": ["late_update"]}
    told = hit | {"feedback": "No."}
    one = _only(make_arc([(1, told), (1, hit), (2, told), (3, hit)]))
    assert (one.feedback, one.after_feedback) == ((0, 2), (1, 2, 3))


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"feedback_kinds": ("late_update",)}, True),
        ({"feedback": "Late-Updates again."}, True),
        ({"feedback": "A translate_updater.", "kinds": ["late_update"]}, False),
        ({}, False),
    ],
)
def test_feedback_names_a_kind_by_a_tag_or_in_whole_words(
    make_arc: Any, fields: dict[str, Any], names: bool
) -> None:
    (objective,) = make_arc([(1, fields)]).objectives
    assert names_kind(objective, "late_update") is names


@pytest.mark.parametrize(
    ("kind", "feedback", "names"),
    [
        ("wrong_box", "Two wrong boxes.", True),
        ("\N{SLIGHTLY SMILING FACE}", "It's fine, as is.", False),
        ("漏掉来源", "这里又漏掉来源了。", True),
        ("漏掉来源", "来源都在。", False),
        ("GRÖSSE", "Die Größe fehlt.", True),
    ],
)
def test_kinds_of_any_script_are_named_by_their_words(
    make_arc: Any, kind: str, feedback: str, names: bool
) -> None:
    (objective,) = make_arc([(1, {"feedback": feedback})]).objectives
    assert names_kind(objective, kind) is names
