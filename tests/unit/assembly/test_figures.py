from collections.abc import Callable
from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.figures import Figures, index_figures
from consumer.assembly.prose import sentences
from schemas.review import SeriesPoint, Signal

FIGURES = Figures(
    plain=frozenset({3.0, 12.5, 1200.0}),
    ratios=frozenset({0.724, 0.0625, 0.5}),
    percents=frozenset({12.5}),
)


@pytest.mark.parametrize(
    "text",
    [
        "You had 3 of them.",
        "three of them",
        "12.5 % a stage",
        "−12.5 a stage",
        "a score of .72",
        "a score of 0.724",
        "0,72 in another language",
        "72 % of it, or 72%.",
        "6.25 percent",
        "1,200 XP and 1200 XP",
        "In Q7 the v9 export broke.",
        "One thing to try first.",
        "3–3 times",
        "the third stage, 3rd of them",
        "a third attempt, one half of them",
        "half of them, in the second half of the run",
        "fifty percent or 50 per cent",
        "the double-check was half-finished",
        "得分72.4%，共3个目标",
        "百分之五十，一半",
        "٣ of them",
    ],
)
def test_a_cell_may_be_written_in_each_usual_way(text: str) -> None:
    assert FIGURES.unverified(text) == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("You had 4 of them.", ("4",)),
        ("seven of them", ("seven",)),
        ("a score of .73", (".73",)),
        ("a score of 0.7241", ("0.7241",)),
        ("73 % of it", ("73 %",)),
        ("1,201 XP", ("1,201",)),
        ("97% better, 3 times", ("97%",)),
        ("(45)", ("45",)),
        ("at 10:45", ("10", "45")),
        ("about 1 point", ("1",)),
        ("3 % of it", ("3 %",)),
        ("three percent", ("three percent",)),
        ("between 3 and 8", ("8",)),
        ("3-8 of them", ("8",)),
        ("97 per cent", ("97 per cent",)),
        ("９７％", ("９７%",)),
        ("٩٧٪", ("٩٧%",)),
        ("得分97分", ("97",)),
        ("a third of it", ("a third",)),
        ("two-thirds", ("two-thirds",)),
        ("¾ of them", ("¾",)),
        ("Ⅳ, 10²", ("10", "Ⅳ", "²")),
        ("thirty-two of them", ("thirty-two",)),
        ("two hundred and five", ("two hundred and five",)),
        ("a dozen", ("dozen",)),
        ("the fourth stage", ("fourth",)),
        ("two-fifths and nine tenths", ("two-fifths", "nine tenths")),
        ("cut by a quarter, a fifth of it", ("a quarter", "a fifth")),
        ("dozens of them, hundreds", ("dozens", "hundreds")),
        ("twice as fast, doubled, tenfold", ("twice as", "doubled", "tenfold")),
        ("3x faster", ("3x",)),
        ("12k", ("12k",)),
        ("score,97", (",97",)),
        ("百分之八十", ("百分之八十",)),
        ("五个目标", ("五个",)),
        ("八成", ("八成",)),
    ],
)
def test_any_other_number_is_named(text: str, wrong: tuple[str, ...]) -> None:
    assert FIGURES.unverified(text) == wrong


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("de", "zwölf von drei, die Hälfte", ("zwölf",)),
        ("de-AT", "fünfundzwanzig Aufgaben", ("fünfundzwanzig",)),
        ("de", "97 Prozent, achtzig Prozent", ("97 Prozent", "achtzig Prozent")),
        ("fr", "douze objectifs, 97 pour cent", ("97 pour cent", "douze")),
        ("es", "once objetivos", ("once",)),
        ("en", "once you began", ()),
        ("ar", "سبعة أهداف", ("سبعة",)),
        ("xx", "douze zwölf", ()),
    ],
)
def test_number_words_are_read_in_the_language_of_the_review(
    language: str, text: str, wrong: tuple[str, ...]
) -> None:
    assert FIGURES.unverified(text, language) == wrong


def test_thousands_are_grouped_in_each_usual_way() -> None:
    assert FIGURES.unverified("1.200, 1 200, 1.2k and twelve hundred") == ()


def test_a_whole_number_is_no_rounding_of_a_ratio() -> None:
    assert Figures(frozenset(), frozenset({0.724})).unverified("1 hit") == ("1",)


def test_cells_come_from_signals_rollups_and_counts(
    arc: Arc, make_signal: Callable[..., Signal]
) -> None:
    figures = index_figures(arc, [make_signal("pace", "improving")])
    said = "12.5 % on n = 37, a score of .40, 3 attempts, 4 stages, 100 XP, means .50 then .85"
    assert figures.unverified(said) == ()
    assert figures.unverified("58 percent of 61") == ("58 percent", "61")


def test_numbers_within_names_and_verified_quotes_are_not_read(arc: Arc) -> None:
    stages = tuple(
        s.model_copy(update={"title": "Sprint 77"}) if s.stage_id == "s1" else s for s in arc.stages
    )
    trigger = arc.trigger.model_copy(update={"stages": stages})
    facts = facts_of(type(arc)(trigger=trigger, objectives=(), messages=(), artefacts=()), ())
    assert facts.prose_faults("In Sprint 77 it held.") == ()
    assert facts.prose_faults("It took 77 tries.") == ("the number 77 is in no table",)


def test_invented_words_in_quotation_marks_are_a_fault(arc: Arc) -> None:
    facts = facts_of(arc, ())
    assert facts.prose_faults("You said “checked the log twice” there.") == ()
    assert facts.prose_faults('You said "I never check any log" there.') != ()


@pytest.mark.parametrize(
    "text",
    [
        "You said ‘I never check any log’ there.",
        "You said 'I never check any log' there.",
        "You said “checked … before I changed” there.",
        "You said “ecked the log twice” there.",
        "You said “Done. I never check any log.” there.",
        "You said “I never check any log, and left it there.",
        "Du sagtest „nie geprüft worden“ dazu.",
        "你说「我从来不检查日志」。",
    ],
)
def test_no_kind_of_mark_lets_an_invented_quotation_pass(arc: Arc, text: str) -> None:
    facts = facts_of(arc, ())
    wrong = [fault for piece in sentences(text) for fault in facts.prose_faults(piece)]
    assert wrong == ["words in quotation marks do not stand in a cited source"]


def test_apostrophes_and_names_are_no_quotation(arc: Arc) -> None:
    facts = facts_of(arc, ())
    text = "The boys' plan wasn't the team's, it was 'Unstated assumption'."
    assert facts.prose_faults(text) == ()


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("You wrote “I checked the log twice before I changed”.", True),
        ("You told me in “Part 2”: “I checked the log twice”.", True),
        ("You wrote “Please send me the numbers for the board”.", False),
        ("In Part 1 you then said to Dana: “send me the numbers”.", False),
        ("You were told: “Please send me the numbers for the board”.", True),
        ("You said little. Dana asked “send me the numbers”.", True),
        ("You wrote “Say what you take for granted, every time”.", False),
    ],
)
def test_words_are_put_in_nobody_elses_mouth(arc: Arc, text: str, *, stands: bool) -> None:
    assert (facts_of(arc, ()).prose_faults(text) == ()) is stands


def test_a_quote_of_a_few_words_smuggles_no_number_in(arc: Arc) -> None:
    said = "I am at 97 percent of all learners, really."
    boast = arc.messages[1].model_copy(update={"text": said})
    facts = facts_of(replace(arc, messages=(boast,)), ())
    assert facts.prose_faults("Your score was “97 percent” there.") != ()
    assert facts.prose_faults("You wrote “I am at 97 percent of all learners”.") == ()


def test_a_number_glued_to_letters_must_be_a_name_of_the_run(arc: Arc) -> None:
    message = arc.messages[1].model_copy(update={"text": "The Q7 file broke in v2.1 again."})
    facts = facts_of(replace(arc, messages=(message,)), ())
    assert facts.prose_faults("In Q7 it was v2.1 that broke.") == ()
    assert facts.prose_faults("You stood at top97.") == ("the number top97 is in no table",)


def test_of_an_odd_number_the_middle_objective_is_in_neither_half(arc: Arc) -> None:
    alike = [arc.objectives[0].model_copy(update={"hints": n}) for n in (1, 2, 90, 30, 40)]
    figures = index_figures(replace(arc, objectives=tuple(alike)), ())
    assert not figures.unverified("3 hints in the first half and 70 in the last")
    assert figures.unverified("160 hints in the last half")


def test_words_of_a_message_are_quoted_or_left_and_those_of_an_objective_are_free(arc: Arc) -> None:
    facts = facts_of(arc, ())
    fault = "it says words of a message or text as its own: quote them or leave them"
    assert facts.prose_faults("Here I checked the log before I changed a single line.") == (fault,)
    assert facts.prose_faults("He was not a student of that school, it seems.") == (fault,)
    assert facts.prose_faults("You checked the log before you changed anything.") == ()
    assert facts.prose_faults("It was noted that you assumed that the file was complete.") == ()
    said = arc.messages[1].model_copy(update={"text": f"{arc.objectives[0].issues[0].note} Ok."})
    both = facts_of(replace(arc, messages=(said,)), ())
    assert both.prose_faults("It was noted that you assumed that the file was complete.") == ()
    ruled = facts_of(arc, (), reviewer="rules")
    assert ruled.prose_faults("Here I checked the log before I changed a single line.") == ()


def test_a_share_of_the_time_expected_may_be_written_as_a_percentage(
    arc: Arc, make_signal: Callable[..., Signal]
) -> None:
    pace = make_signal("pace", "improving", series=(SeriesPoint(stage_id="s3", value=1.62),))
    figures = index_figures(arc, (pace,))
    assert not figures.unverified("162 % of the time expected, which is 1.62 of it")
    assert not figures.unverified("12.5 % less a stage")
    assert figures.unverified("1.62 % of the time expected")


def test_rules_write_english_whatever_the_language_of_the_run(arc: Arc) -> None:
    german = replace(arc, trigger=arc.trigger.model_copy(update={"language": "de"}))
    text = "You checked the log before it was sent, and they had not asked for that."
    assert facts_of(german, (), reviewer="rules").prose_faults(text) == ()
    assert facts_of(german, ()).prose_faults(text) == ("it is not written in the language 'de'",)


def test_a_quotation_may_be_in_another_language(arc: Arc) -> None:
    said = "Ich habe das Protokoll nicht geprüft und die Datei ist nicht da."
    message = arc.messages[1].model_copy(update={"text": said})
    facts = facts_of(replace(arc, messages=(message,)), ())
    assert facts.prose_faults(f"The line is “{said}”") == ()
    assert facts.prose_faults("So “die Datei ist nicht da”.") == ()
    assert facts.prose_faults("The line is “das Protokoll nicht geprüft und die Datei ist”.") == ()


def test_a_bare_number_is_no_name_and_the_longer_name_is_masked_first(arc: Arc) -> None:
    titles = ("77", "Sprint", "Sprint 88", "Close 99?")
    stages = tuple(
        s.model_copy(update={"title": title})
        for s, title in zip(arc.trigger.stages, titles, strict=True)
    )
    facts = facts_of(replace(arc, trigger=arc.trigger.model_copy(update={"stages": stages})), ())
    assert facts.prose_faults("In Sprint 88 it held, and in Close 99 it did not.") == ()
    assert facts.prose_faults("It took 77 tries.") == ("the number 77 is in no table",)


def test_only_a_signal_that_bears_a_pattern_bears_a_trend(
    arc: Arc, make_signal: Callable[..., Signal]
) -> None:
    thin = make_signal("pace", "improving", n=2)
    enough = make_signal("pace", "improving")
    assert facts_of(arc, (thin,)).prose_faults("You got faster.") != ()
    assert facts_of(arc, (enough,)).prose_faults("You got faster.") == ()


def test_a_ratio_that_is_whole_may_be_written_so() -> None:
    assert Figures(frozenset(), frozenset({1.0})).unverified("a score of 1") == ()
