from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.folding import fold
from consumer.assembly.grounding import Rejection, ground, index_sources, opening_quote
from consumer.drafts import Citation
from schemas.events import ConversationMessage
from schemas.review import Evidence


def cite(source: Any, source_id: str, quote: str | None, revision: int | None = None) -> Citation:
    return Citation(source=source, source_id=source_id, revision=revision, quote=quote)


def look_up(arc: Arc, citation: Citation) -> Evidence | Rejection:
    return ground(citation, index_sources(arc))


def with_message(arc: Arc, text: str) -> Arc:
    message: ConversationMessage = arc.messages[1].model_copy(update={"text": text})
    return Arc(trigger=arc.trigger, objectives=(), messages=(message,), artefacts=())


def test_the_source_own_words_are_copied(arc: Arc) -> None:
    found = look_up(arc, cite("artefact", "a1", "The file was sent twice because the job"))
    assert isinstance(found, Evidence)
    assert found.quote == "The ﬁle  was\nsent twice because the job"
    assert (found.revision, found.stage_id) == (2, "s2")


@pytest.mark.parametrize(
    "quote",
    [
        "He was a student of that school at any time.",
        "he was not a student of that school",
        "He was not a student of this school",
        "e was not a student of that school",
    ],
)
def test_nothing_but_the_exact_words_is_accepted(arc: Arc, quote: str) -> None:
    assert isinstance(look_up(arc, cite("artefact", "a1", quote)), Rejection)


def test_a_quote_that_begins_inside_a_word_is_refused(arc: Arc) -> None:
    unable = with_message(arc, "I was unable to finish the report on time.")
    assert isinstance(
        look_up(unable, cite("message", "m2", "able to finish the report on")), Rejection
    )


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("I never checked the log before I changed it.", "checked the log before I changed it"),
        ("I didn't check the log before the change.", "check the log before the change"),
        (
            "Ich habe nicht den ganzen Bericht an alle geschickt.",
            "den ganzen Bericht an alle gesch",
        ),
        ("Ich habe nie den Bericht an alle Kunden gesandt.", "den Bericht an alle Kunden gesandt"),
        ("我没有检查日志就修改了代码。", "检查日志就修改了代码"),
    ],
)
def test_a_quote_cut_right_after_a_negation_says_the_opposite(
    arc: Arc, text: str, quote: str
) -> None:
    assert isinstance(look_up(with_message(arc, text), cite("message", "m2", quote)), Rejection)


def test_a_quote_that_keeps_the_negation_stands(arc: Arc) -> None:
    text = "I never checked the log before I changed it."
    assert isinstance(look_up(with_message(arc, text), cite("message", "m2", text)), Evidence)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Ich prüfe zuerst das Protokoll, ändere dann.", "prüfe zuerst das Protokoll, ändere dann"),
        ("سأراجع السجل أولا ثم أغير الملف بعد ذلك.", "سأراجع السجل أولا ثم أغير الملف"),
        ("まずログを確認してからコードを直します。", "ログを確認してから"),
        ("ｌｏｇを全部確認しました。", "logを全部確認しました"),
    ],
)
def test_quotes_stand_in_every_language(arc: Arc, text: str, quote: str) -> None:
    assert isinstance(look_up(with_message(arc, text), cite("message", "m2", quote)), Evidence)


@pytest.mark.parametrize("quote", ["I checked the log twice", "- - - - - -", "", "   ", None])
def test_a_message_needs_six_words(arc: Arc, quote: str | None) -> None:
    assert isinstance(look_up(arc, cite("message", "m2", quote)), Rejection)


def test_a_whole_short_text_may_be_quoted(arc: Arc) -> None:
    assert isinstance(look_up(with_message(arc, " Yes. "), cite("message", "m2", "Yes.")), Evidence)


def test_six_characters_do_in_a_script_without_spaces(arc: Arc) -> None:
    chinese = with_message(arc, "我先检查了日志然后才修改代码。")
    assert isinstance(look_up(chinese, cite("message", "m2", "检查了日志然")), Evidence)
    assert isinstance(look_up(chinese, cite("message", "m2", "检查了日志")), Rejection)


@pytest.mark.parametrize(
    "quote",
    [None, "Objective A", "assumed that the file was complete and new"],
)
def test_an_objective_gives_its_title_a_note_or_no_quote(arc: Arc, quote: str | None) -> None:
    found = look_up(arc, cite("objective", "o1", quote, revision=7))
    assert isinstance(found, Evidence)
    assert (found.quote, found.revision) == (quote, None)


def test_a_quote_may_not_run_from_one_part_of_an_objective_into_another(arc: Arc) -> None:
    joined = "Objective A You assumed that the file was complete and new."
    assert isinstance(look_up(arc, cite("objective", "o1", joined)), Rejection)


def test_an_unknown_source_or_revision_is_refused(arc: Arc) -> None:
    quote = "He was not a student of that school"
    assert isinstance(look_up(arc, cite("artefact", "a9", quote)), Rejection)
    assert isinstance(look_up(arc, cite("artefact", "a1", quote, revision=2)), Rejection)
    assert isinstance(look_up(arc, cite("artefact", "a1", quote, revision=1)), Evidence)


def test_a_long_quote_is_cut_at_a_word(arc: Arc) -> None:
    text = "several plain words stand here " * 60
    found = look_up(with_message(arc, text), cite("message", "m2", text))
    assert isinstance(found, Evidence)
    assert found.quote is not None
    assert 900 < len(found.quote) <= 1000
    assert set(fold(found.quote).split()) == {"several", "plain", "words", "stand", "here"}


def test_a_rejection_holds_none_of_the_words(arc: Arc) -> None:
    found = look_up(arc, cite("message", "m2", "purple elephants dance on every single table"))
    assert isinstance(found, Rejection)
    assert "elephants" not in found.reason


def test_marks_are_no_words(arc: Arc) -> None:
    said = with_message(arc, "So – – – I checked it – and then some.")
    assert isinstance(look_up(said, cite("message", "m2", "– – – I checked it")), Rejection)
    enough = cite("message", "m2", "So – – – I checked it – and then")
    assert isinstance(look_up(said, enough), Evidence)


def test_of_a_text_in_several_revisions_the_latest_is_cited(arc: Arc) -> None:
    text = "It was sent to all of us."
    twice = tuple(a.model_copy(update={"text": text}) for a in arc.artefacts)
    found = look_up(replace(arc, artefacts=twice), cite("artefact", "a1", text))
    assert isinstance(found, Evidence)
    assert found.revision == 2


def test_a_source_is_quoted_from_its_beginning_up_to_two_hundred_characters(arc: Arc) -> None:
    said = with_message(arc, "One word after another stands here. " * 20)
    found = opening_quote(next(iter(index_sources(said))))
    assert found is not None
    assert found.quote is not None
    assert found.quote.startswith("One word after another")
    assert 150 < len(found.quote) <= 200


def test_of_a_text_that_begins_with_an_endless_word_as_much_is_quoted_as_there_is_room(
    arc: Arc,
) -> None:
    text = f"{'x' * 1100} and then a few words more"
    found = look_up(with_message(arc, text), cite("message", "m2", text))
    assert isinstance(found, Evidence)
    assert found.quote == "x" * 1000


def test_feedback_is_quoted_as_any_other_part_of_an_objective(arc: Arc) -> None:
    said = "Say what you take for granted, every time."
    found = look_up(arc, cite("objective", "o2", said))
    assert isinstance(found, Evidence)
    assert found.quote == said


def test_who_wrote_a_source_is_known(arc: Arc) -> None:
    sources = index_sources(arc)
    own = {source.source_id for source in sources if source.by_learner}
    assert own == {"m2", "m4", "a1"}
    assert sources.others_said("send me the numbers")
    assert not sources.others_said("I checked the log")
