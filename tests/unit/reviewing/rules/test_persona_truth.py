"""What personas say of the shared results and of how a thread went is so, word for word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.reviewer import draft_by_rules
from schemas.events import Persona
from schemas.review import Signal
from tests.arcs import START

MakeArc = Callable[..., Any]


def _text(arc: Arc, persona_id: str, *signals: Signal) -> str:
    draft = draft_by_rules(arc, signals).perspectives[persona_id]
    assert draft is not None
    return draft.text


def _with(arc: Arc, **changes: dict[str, Any]) -> Arc:
    """Return an arc with some objectives changed, by their ids."""
    return replace(
        arc,
        objectives=tuple(
            o.model_copy(update=changes.get(o.objective_id, {})) for o in arc.objectives
        ),
    )


def test_a_manager_counts_what_reached_the_mark_of_what_was_scored(make_arc: MakeArc) -> None:
    assert "all 18 objectives reached the pass mark" in _text(make_arc(), "dana")
    missed = _with(make_arc(), o1={"score": 0.69}, o2={"score": 0.7}, o3={"score": 0.5})
    assert "16 of 18 objectives reached the pass mark" in _text(missed, "dana")
    unscored = _with(make_arc(), o1={"score": None, "first_score": None})
    assert "all 17 scored objectives reached the pass mark" in _text(unscored, "dana")


def test_a_manager_names_what_was_left_lowest_with_the_attempts_that_were_counted(
    make_arc: MakeArc,
) -> None:
    low = {"score": 0.5, "attempts": 3}
    lost = _with(make_arc(), o3=low, o4={"score": 0.6})
    said = "Still on my list: “Piece C of the work”, closed at 0.50"
    assert f"{said} after three attempts." in _text(lost, "dana")
    assert f"{said}." in _text(_with(make_arc(), o3=low | {"attempts": 0}), "dana")
    assert "Nothing scored was left below that mark." in _text(make_arc(), "dana")


def test_a_manager_could_not_rely_on_what_kept_coming_back(
    make_arc: MakeArc, make_signal: Callable[..., Signal]
) -> None:
    recurs = make_signal("recurring_issue", "present", name="unstated_assumption", value=0.3)
    assert "Six results reached me marked with unstated assumption" in _text(
        make_arc(), "dana", recurs
    )
    assert "marked with" not in _text(make_arc(), "dana")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (2, "you answered at once as a rule"),
        (3, "tended to reach us within minutes"),
        (30, "tended to reach us within minutes"),
        (31, "Answers came within hours, though as a rule not within minutes."),
        (480, "Answers came within hours, though as a rule not within minutes."),
        (481, "We waited many hours for answers as a rule"),
    ],
)
def test_a_partner_says_how_long_replies_took_as_a_rule(
    minutes: int, said: str, make_arc: MakeArc
) -> None:
    """Two of three replies took so long; what was said in another stage is no reply."""
    lines = (
        ("s1", "persona", "Where is the file that we asked you for?"),
        ("s1", "user", "Your file is with the finance people for now."),
    )
    arc = make_arc(talk={"kim": (*lines * 3, lines[0], ("s2", "user", "Here is your file now."))})
    waits = (0, minutes, 0, minutes, 0, 1 if minutes > 2 else 900, 0, 5_000)
    moments = [START + timedelta(minutes=sum(waits[: n + 1])) for n in range(len(waits))]
    messages = tuple(
        m.model_copy(update={"sent_at": at}) for m, at in zip(arc.messages, moments, strict=True)
    )
    assert said in _text(replace(arc, messages=messages), "kim")


def test_a_partner_whose_questions_had_no_reply_says_so(make_arc: MakeArc) -> None:
    asked = ("s1", "persona", "Where is the file that we asked you for?")
    late = ("s2", "user", "Your file is with the finance people for now.")
    said = "What we asked was not answered while the stage was still running."
    assert said in _text(make_arc(talk={"kim": (asked, late)}), "kim")
    told = ("s1", "persona", "We got the file that we asked you for.")
    assert said not in _text(make_arc(talk={"kim": (told, late)}), "kim")


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ((1, 3, 5), "For “Gather”, “Weigh” and “Defend” there is nothing from you"),
        ((1, 5), "For four of the six stages there is nothing from you"),
    ],
)
def test_a_partner_names_the_stages_without_a_word_or_counts_them(
    spoken: tuple[int, ...], said: str, make_arc: MakeArc
) -> None:
    talk = tuple((f"s{n}", "user", f"Your file {n} is with finance now.") for n in spoken)
    assert said in _text(make_arc(talk={"kim": talk}), "kim")


def test_a_peer_notices_fewer_hints_and_silence_where_the_signals_do(
    make_arc: MakeArc, make_signal: Callable[..., Signal]
) -> None:
    freed = make_signal("independence", "improving", value=-3.0)
    leans = make_signal("independence", "worsening", value=3.0)
    avoids = make_signal("help_avoidance", "present", value=-3.0)
    fewer, sooner = "you reached for fewer hints as you went", "ask me sooner"
    assert fewer in _text(make_arc(), "sam", freed)
    assert fewer not in _text(make_arc(), "sam", leans)
    assert sooner in _text(make_arc(), "sam", avoids)
    assert sooner not in _text(make_arc(), "sam")


def test_a_peer_counts_hints_and_what_was_done_over(make_arc: MakeArc) -> None:
    text = _text(make_arc(), "sam")
    assert "27 hints" in text
    assert any(
        said in text
        for said in ("nine of 18 objectives needed another go", "nine second goes", "nine pieces")
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "against the unstated assumption: put what you take for granted in the first line"),
        ({"issues": ()}, "before another attempt, jot down the single change you're making"),
        ({"issues": (), "attempts": 1}, "say beforehand what you'd have to see to drop the idea"),
    ],
)
def test_a_peer_has_one_thing_to_try(changes: dict[str, Any], said: str, make_arc: MakeArc) -> None:
    numbers = {f"o{n}": changes for n in range(1, 19)}
    assert said in _text(_with(make_arc(), **numbers), "sam")


OPEN = (
    "s2",
    "persona",
    "Well. Who of you has the file now? And when will they send it back to us?",
)


@pytest.mark.parametrize(
    ("after", "asked"),
    [
        ((), "“And when will they send it back to us?”"),
        ((("s3", "user", "Did they not send it back to you by noon?"),), None),
        ((("s3", "persona", "And then? So what?"),), None),
    ],
)
def test_a_question_is_open_where_it_came_last_and_can_be_quoted(
    after: tuple[tuple[str, str, str], ...], asked: str | None, make_arc: MakeArc
) -> None:
    first = ("s1", "user", "Your people get the corrected file from finance.")
    text = _text(make_arc(talk={"kim": (first, OPEN, *after)}), "kim")
    assert ("left hanging" in text) is (asked is not None)
    assert asked is None or asked in text


def test_any_other_role_counts_what_was_written_and_by_whom(make_arc: MakeArc) -> None:
    mentor = (Persona(persona_id="ana", name="Ana", role="mentor"),)
    said = ("s1", "user", "I will compare the two exports of finance.")
    heard = ("s1", "persona", "Tell me what you find in the two files.")
    text = _text(make_arc(personas=mentor, talk={"ana": (said, heard, heard)}), "ana")
    assert "three" in text.partition(".")[0]
    assert "one message" in text.partition(".")[0]
    single = _text(make_arc(personas=mentor, talk={"ana": (said,)}), "ana")
    assert single.startswith("The log between us is a single entry.")


def test_two_quotes_are_of_two_stages_in_the_order_they_were_said(make_arc: MakeArc) -> None:
    talk = tuple(
        (stage, "user", f"I checked {what} because the totals of it differed by one row.")
        for stage, what in (("s1", "the log"), ("s1", "the export"), ("s4", "the query"))
    )
    plain = ("s1", "user", "The other file has two columns in it.")
    draft = draft_by_rules(make_arc(talk={"sam": (plain, *talk)}), ()).perspectives["sam"]
    assert draft is not None
    quoted = [c.source_id for c in draft.evidence if c.source == "message"]
    assert quoted in (["sam-2", "sam-4"], ["sam-3", "sam-4"])
    copied = ("s1", "persona", talk[2][2])
    draft = draft_by_rules(make_arc(talk={"sam": (copied, *talk)}), ()).perspectives["sam"]
    assert draft is not None
    assert "sam-4" not in [c.source_id for c in draft.evidence]


@pytest.mark.parametrize("role", ["Senior Peer", "senior_peer", "senior_peer_2", "senior peer 3"])
def test_a_role_is_known_however_it_is_written_and_numbered(role: str, make_arc: MakeArc) -> None:
    one = (Persona(persona_id="sam", name="Sam", role=role),)
    said = ("s1", "user", "I checked the log of the second export.")
    text = _text(make_arc(personas=one, talk={"sam": (said,)}), "sam")
    assert "You had your hands on it before you spoke." in text


def test_what_is_named_as_left_open_is_cited_and_nothing_else_is(make_arc: MakeArc) -> None:
    lost = _with(make_arc(), o3={"score": 0.5})
    drafts = draft_by_rules(lost, ()).perspectives
    cited = {
        persona_id: [c.source_id for c in draft.evidence if c.source == "objective"]
        for persona_id, draft in drafts.items()
        if draft is not None
    }
    assert cited == {"dana": ["o3"], "sam": [], "kim": []}


def test_who_asks_by_nature_asks_once(make_arc: MakeArc) -> None:
    curious = (Persona(persona_id="kim", name="Kim", role="manager", voice="asks questions"),)
    said = ("s1", "user", "Your people get the corrected file from finance.")
    asked = _text(make_arc(personas=curious, talk={"kim": (said,)}), "kim")
    assert asked.endswith("?")
    still = _text(make_arc(personas=curious, talk={"kim": (said, OPEN)}), "kim")
    assert still.count("?") == 1


def test_where_neither_can_be_weighed_the_learners_word_is_quoted(make_arc: MakeArc) -> None:
    talk = (("s1", "persona", "Tell me what you find in the two files."), ("s1", "user", "Yes."))
    draft = draft_by_rules(make_arc(talk={"sam": talk}), ()).perspectives["sam"]
    assert draft is not None
    assert [c.quote for c in draft.evidence] == ["Yes."]
