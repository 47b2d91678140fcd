from collections.abc import Callable
from math import comb
from typing import Any

import pytest

from consumer.signals.issues import findings, issues, returns_late
from consumer.signals.occurrence import Occurrence
from schemas.review import Signal

Series = Callable[[Signal], list[float | None]]


def _run(**marks: str) -> list[dict[str, Any]]:
    """One objective a column: "x" shows the kind, "f" shows it and is spoken of."""
    fields: list[dict[str, Any]] = []
    for column in zip(*marks.values(), strict=True):
        kinds = [k for k, mark in zip(marks, column, strict=True) if mark in "xf"]
        spoken = tuple(k for k, mark in zip(marks, column, strict=True) if mark == "f")
        fields.append({"kinds": kinds, "feedback_kinds": spoken})
    return fields


def _by_name(signals: tuple[Signal, ...]) -> dict[str, Signal]:
    return {signal.name: signal for signal in signals}


def test_a_kind_far_above_the_others_recurs(make_arc: Any, spread: Any, series_of: Series) -> None:
    arc = make_arc(spread(_run(a="xxxx.xx.xx.x", b=".x..........", c="........x..."), 4))
    signals = issues(arc, base_rates=None)
    assert [s.signal_id for s in signals] == [f"recurring_issue:{k}" for k in "abc"]
    found = signals[0]
    assert (found.kind, found.verdict, found.value, found.n) == (
        "recurring_issue",
        "present",
        0.75,
        12,
    )
    assert series_of(found) == [1, *[pytest.approx(2 / 3, abs=1e-4)] * 3]
    assert [s.verdict for s in signals[1:]] == ["absent", "absent"]


def test_with_fewer_than_two_other_kinds_nothing_is_claimed(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="xxxxxxxxxxxx", b="...........x"), 4))
    assert _by_name(issues(arc, base_rates=None))["a"].verdict == "unclear"


def test_with_a_base_rate_one_kind_alone_can_recur(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="x..x..x...x."), 4))
    (rare,) = issues(arc, base_rates={"a": 0.03})
    (common,) = issues(arc, base_rates={"a": 0.10})
    assert (rare.verdict, common.verdict) == ("present", "unclear")


def test_a_common_kind_does_not_recur_beyond_its_rate(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="xx.xxx.xx.xx", b=".x..........", c="........x..."), 4))
    assert _by_name(issues(arc, base_rates={"a": 0.75}))["a"].verdict == "absent"


def test_a_kind_without_a_base_rate_is_held_against_the_others(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="xxxx.xx.xx.x", b=".x..........", c="........x..."), 4))
    assert _by_name(issues(arc, base_rates={"b": 0.1}))["a"].verdict == "present"


def test_two_hits_are_not_enough_unless_both_came_after_feedback(
    make_arc: Any, spread: Any
) -> None:
    silent = make_arc(spread(_run(a="....x......x"), 4))
    told = spread(_run(a="....x......x"), 4)
    told[1][1]["feedback_kinds"] = ("a",)
    rates = {"a": 0.005}
    assert issues(silent, base_rates=rates)[0].verdict == "unclear"
    assert issues(make_arc(told), base_rates=rates)[0].verdict == "present"


def test_two_hits_of_which_one_came_after_feedback_are_not_enough(
    make_arc: Any, spread: Any
) -> None:
    arc = make_arc(spread(_run(a="....f......x"), 4))
    assert issues(arc, base_rates={"a": 0.005})[0].verdict == "unclear"


@pytest.mark.parametrize(
    ("rate", "verdict"), [(0.15, "unclear"), (0.21, "unclear"), (0.3, "absent")]
)
def test_a_kind_is_absent_only_where_it_is_no_more_than_usual(
    rate: float, verdict: str, *, make_arc: Any, spread: Any
) -> None:
    # Three of twelve: .26, .48, .75.
    arc = make_arc(spread(_run(a="x...x.....x."), 4))
    assert issues(arc, base_rates={"a": rate})[0].verdict == verdict


def test_gone_from_one_stage_only_is_not_fixed(make_arc: Any) -> None:
    fields = _run(a="xxf" + 9 * ".")
    one = make_arc([(1 + at // 3, field) for at, field in enumerate(fields)])
    two = make_arc([(1 + (at + 1) // 3, field) for at, field in enumerate(fields)], stages=5)
    assert [findings(arc, base_rates=None)[0].fixed for arc in (one, two)] == [False, True]


def test_hits_in_one_stage_do_not_recur(make_arc: Any) -> None:
    hit = {"kinds": ["a"]}
    arc = make_arc([(1, hit), (1, hit), (1, hit), (2, {}), (3, {}), (4, {})])
    assert issues(arc, base_rates={"a": 0.01})[0].verdict == "unclear"


def test_the_test_is_never_skipped(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="xxx.........", b="xx..........", c="..x.x......."), 4))
    assert all(s.verdict != "present" for s in issues(arc, base_rates=None))


def test_gone_after_feedback_is_fixed_and_wins_over_recurring(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="xxxxf.......", b=".x..........", c="........x..."), 4))
    first = issues(arc, base_rates={"a": 0.02})[0]
    assert (first.signal_id, first.kind, first.verdict) == (
        "fixed_issue:a",
        "fixed_issue",
        "improving",
    )
    assert (first.value, first.n, first.low) == (0, 7, 0)


def test_gone_without_feedback_is_not_fixed(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="xxxxx......."), 4))
    assert issues(arc, base_rates={"a": 0.9})[0].kind == "recurring_issue"


def test_a_hit_after_the_last_feedback_is_not_fixed(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="xxxxf......x"), 4))
    assert issues(arc, base_rates={"a": 0.9})[0].kind == "recurring_issue"


def test_gone_too_late_to_tell_is_not_fixed(make_arc: Any, spread: Any) -> None:
    # All four hits within the first nine of twelve: C(9, 4) / C(12, 4) = .25.
    arc = make_arc(spread(_run(a=".x..xx..f..."), 4))
    (finding,) = findings(arc, base_rates=None)
    assert finding.fixed_p == pytest.approx(126 / 495)
    assert not finding.fixed


def test_back_at_the_end_after_feedback_and_a_long_break_is_worsening(
    make_arc: Any, spread: Any
) -> None:
    arc = make_arc(spread(_run(a="xxf......xxx"), 4))
    assert issues(arc, base_rates={"a": 0.05})[0].verdict == "worsening"


@pytest.mark.parametrize(
    ("hits", "feedback", "late"),
    [
        ((0, 1, 2, 9, 10, 11), (2,), True),
        ((0, 1, 2, 9, 10, 11), (), False),
        ((0, 1, 2, 9, 10, 11), (10,), False),
        ((0, 1, 2, 4, 6, 8, 10, 11), (0,), False),
        ((0, 1, 2, 7, 10, 11), (0,), False),
        ((0, 6, 7), (0,), False),
    ],
)
def test_a_return_needs_feedback_a_rare_break_and_the_last_third(
    hits: tuple[int, ...], feedback: tuple[int, ...], late: bool
) -> None:
    one = Occurrence(kind="a", chances=tuple(range(12)), shown=hits, hits=hits, feedback=feedback)
    assert returns_late(one) is late


def test_two_chances_are_too_few(make_arc: Any) -> None:
    hit = {"kinds": ["a"], "opportunities": ("a",)}
    (signal,) = issues(make_arc([(1, hit), (2, hit), (3, {})]), base_rates={"a": 0.001})
    assert (signal.verdict, signal.n, signal.minimum_n) == ("too_little_data", 2, 3)


def test_kinds_tested_for_and_never_seen_are_held_against_but_not_reported(
    make_arc: Any, spread: Any
) -> None:
    fields = [f | {"opportunities": ("a", "b", "c")} for f in _run(a="xxx.xx.x")]
    (signal,) = issues(make_arc(spread(fields, 4)), base_rates=None)
    assert (signal.name, signal.verdict) == ("a", "present")


def test_many_kinds_need_more_than_one_kind_alone(make_arc: Any, spread: Any) -> None:
    # p = .0043 for the first: enough alone, not as the best of 24.
    marks = {"a": "xxx........."} | {
        f"k{i}": "." * (i % 12) + "x" + "." * (11 - i % 12) for i in range(23)
    }
    fields = _run(**marks)
    rates = dict.fromkeys(marks, 0.9) | {"a": 0.028}
    alone = make_arc([(1 + i // 2, f) for i, f in enumerate(_run(a=marks["a"]))], stages=6)
    among = make_arc([(1 + i // 2, f) for i, f in enumerate(fields)], stages=6)
    assert 0.0021 < (findings(alone, base_rates=rates)[0].recurring_p or 0) <= 0.005
    assert issues(alone, base_rates=rates)[0].verdict == "present"
    assert _by_name(issues(among, base_rates=rates))["a"].verdict == "unclear"


def test_long_kinds_have_short_ids_that_never_collide(make_arc: Any) -> None:
    kinds = ["k" * 299 + "a", "k" * 299 + "b", "#1", "~1"]
    signals = issues(make_arc([(1, {"kinds": kinds})]), base_rates=None)
    ids = [signal.signal_id for signal in signals]
    assert len(set(ids)) == 4
    assert {signal.name for signal in signals} == set(kinds)
    assert max(map(len, ids)) <= 128


def test_the_best_supported_kind_comes_first(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="x...........", z="xxxx.xx.xx.x", m="..x..x......"), 4))
    assert issues(arc, base_rates=None)[0].name == "z"


def test_back_after_feedback_is_told_as_not_fixed(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="x.f.x..x.x..", b=".x..........", c="........x..."), 4))
    first, *_, last = issues(arc, base_rates=None)
    assert (first.signal_id, last.signal_id) == ("recurring_issue:a", "fixed_issue:a")
    assert (last.verdict, last.n) == ("absent", 9)
    assert last.value == pytest.approx(3 / 9, abs=1e-4)


def test_what_came_back_is_counted_from_the_first_feedback_on_it(
    make_arc: Any, spread: Any
) -> None:
    *_, last = issues(make_arc(spread(_run(a="x.f.f..x.x.."), 4)), base_rates=None)
    assert (last.signal_id, last.verdict, last.n) == ("fixed_issue:a", "absent", 9)
    assert last.value == pytest.approx(3 / 9, abs=1e-4)


def test_a_kind_seen_once_does_not_recur_whatever_there_is_to_test_by(
    make_arc: Any, spread: Any
) -> None:
    arc = make_arc(spread(_run(a="x...........", b="x..x........"), 4))
    twice, once = issues(arc, base_rates=None)
    assert (twice.name, twice.verdict) == ("b", "unclear")
    assert (once.name, once.verdict) == ("a", "absent")


def test_gone_too_late_to_tell_is_unclear(make_arc: Any, spread: Any) -> None:
    *_, last = issues(make_arc(spread(_run(a=".x..xx..f..."), 4)), base_rates=None)
    assert (last.signal_id, last.verdict, last.value, last.n) == (
        "fixed_issue:a",
        "unclear",
        0,
        3,
    )


def test_seen_again_without_a_chance_is_unclear_and_not_fixed(make_arc: Any, spread: Any) -> None:
    fields = [f | {"opportunities": ("a",)} for f in _run(a="xxxxf......x")]
    fields[-1]["opportunities"] = ()
    *_, last = issues(make_arc(spread(fields, 4)), base_rates=None)
    assert (last.signal_id, last.verdict, last.value, last.n) == (
        "fixed_issue:a",
        "unclear",
        0,
        6,
    )


def test_gone_at_the_very_end_is_too_little_to_tell(make_arc: Any, spread: Any) -> None:
    *_, last = issues(make_arc(spread(_run(a=".x..xx....f."), 4)), base_rates=None)
    assert (last.signal_id, last.verdict, last.n) == ("fixed_issue:a", "too_little_data", 1)


@pytest.mark.parametrize(("rate", "verdict"), [(0.0998, "present"), (0.1, "unclear")])
def test_a_kind_recurs_at_one_in_two_hundred_and_not_above(
    rate: float, verdict: str, *, make_arc: Any, spread: Any
) -> None:
    # Four hits of eight chances: .00498 and .00502.
    arc = make_arc(spread(_run(a="x.x.x.x."), 4))
    assert issues(arc, base_rates={"a": rate})[0].verdict == verdict


@pytest.mark.parametrize(("others", "verdict"), [(1, "present"), (2, "unclear")])
def test_with_more_kinds_tested_a_kind_must_be_rarer_to_recur(
    others: int, verdict: str, *, make_arc: Any, spread: Any
) -> None:
    # p = .0040 lies below .01 / 2 and above .01 / 3.
    more = dict.fromkeys("bc"[:others], "...x....")
    arc = make_arc(spread(_run(a="x.x.x.x.", **more), 4))
    rates = {"a": 0.094} | dict.fromkeys(more, 0.5)
    assert _by_name(issues(arc, base_rates=rates))["a"].verdict == verdict


@pytest.mark.parametrize(("clean", "fixed"), [(6, False), (7, True)])
def test_a_kind_is_fixed_at_one_in_a_hundred_and_not_above(
    clean: int, *, fixed: bool, make_arc: Any, spread: Any
) -> None:
    # Three hits first: 1 / C(9, 3) = .0119 before six clean chances, 1 / C(10, 3) before seven.
    arc = make_arc(spread(_run(a="xxf" + clean * "."), 5), stages=5)
    (finding,) = findings(arc, base_rates=None)
    assert finding.fixed is fixed


@pytest.mark.parametrize(("others", "fixed"), [(4, True), (6, False)])
def test_with_more_kinds_spoken_of_a_kind_must_be_gone_longer_to_be_fixed(
    others: int, *, fixed: bool, make_arc: Any, spread: Any
) -> None:
    # p = .0083 lies below .05 / 5 and above .05 / 7; the others come back to the end.
    more = dict.fromkeys("bcdefg"[:others], "x...f....x")
    arc = make_arc(spread(_run(a="xxf.......", **more), 5), stages=5)
    (finding,) = (one for one in findings(arc, base_rates=None) if one.occurrence.kind == "a")
    assert finding.fixed is fixed


@pytest.mark.parametrize(("tested_for", "verdict"), [("a", "present"), ("abc", "unclear")])
def test_kinds_that_were_tested_for_and_never_seen_count_as_tested(
    tested_for: str, verdict: str, *, make_arc: Any, spread: Any
) -> None:
    fields = [one | {"opportunities": tuple(tested_for)} for one in _run(a="x.x.x.x.")]
    arc = make_arc(spread(fields, 4))
    assert _by_name(issues(arc, base_rates={"a": 0.094}))["a"].verdict == verdict


@pytest.mark.parametrize(("last", "late"), [(23, False), (24, True)])
def test_a_kind_that_came_back_before_the_last_third_has_not_returned_late(
    last: int, *, late: bool
) -> None:
    hits = (*range(7), last)
    back = Occurrence(kind="a", chances=tuple(range(36)), shown=hits, hits=hits, feedback=(6,))
    assert returns_late(back) is late


def test_kinds_that_never_occurred_are_not_among_those_tested_for_being_fixed(
    make_arc: Any, spread: Any
) -> None:
    # p = .0083 lies below .05 ÷ 1 and above .05 ÷ 7.
    fields = [one | {"opportunities": tuple("abcdefg")} for one in _run(a="xxf.......")]
    (finding,) = findings(make_arc(spread(fields, 5), stages=5), base_rates=None)
    assert finding.fixed


def test_the_others_are_all_hits_and_chances_but_the_kinds_own(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="xxx.x...", b=".x......", c="....x..."), 4))
    found = findings(arc, base_rates=None)[0]
    # Six marks over 24 chances: four or more of them among the eight of the kind.
    met = sum(comb(8, k) * comb(16, 6 - k) for k in range(4, 7))
    assert found.recurring_p == pytest.approx(met / comb(24, 6))


def test_a_base_rate_of_zero_is_a_base_rate(make_arc: Any, spread: Any) -> None:
    arc = make_arc(spread(_run(a="x..x..x...x."), 4))
    assert issues(arc, base_rates={"a": 0.0})[0].verdict == "present"


@pytest.mark.parametrize(
    ("marks", "fixed"),
    [
        (14 * "x" + "f..", False),
        (14 * "x" + "f...", True),
        ("x.f" + 23 * ".", False),
        ("xxf" + 23 * ".", True),
    ],
)
def test_to_be_fixed_takes_three_hits_and_three_chances_after_them(
    marks: str, *, fixed: bool, make_arc: Any, spread: Any
) -> None:
    # Each in itself rarer than one in a hundred.
    arc = make_arc(spread(_run(a=marks), 13), stages=13)
    assert findings(arc, base_rates=None)[0].fixed is fixed


def test_two_hits_after_feedback_in_two_chances_are_too_few_to_recur(make_arc: Any) -> None:
    hit = {"kinds": ["a"], "opportunities": ("a",)}
    arc = make_arc([(1, {"feedback_kinds": ("a",)}), (2, hit), (3, hit)])
    assert not findings(arc, base_rates={"a": 0.001})[0].recurs


def test_claims_come_first_then_the_rarer_then_the_more_frequent(
    make_arc: Any, spread: Any
) -> None:
    marks = {
        "a_in_one_stage": "xxx.........",
        "b_usual": "x.x.x.......",
        "c_once": "...x........",
        "d_twice": "...x..x.....",
        "m_rare": ".......x...x",
        "z_recurs": "x..x..x...x.",
    }
    rates = dict(zip(marks, (0.001, 0.9, 1.0, 1.0, 0.2, 0.04), strict=True))
    arc = make_arc(spread(_run(**marks), 4))
    told = [signal.name for signal in issues(arc, base_rates=rates)]
    assert told == ["z_recurs", "a_in_one_stage", "m_rare", "b_usual", "d_twice", "c_once"]
