from typing import Any

from consumer.signals.own_texts import own_texts

LONG = "We should tell the board about the delay today."


def test_only_the_latest_revision_counts(make_arc: Any) -> None:
    arc = make_arc(
        artefacts=[
            (1, {"artefact_id": "a", "revision": 2, "text": "Second."}),
            (1, {"artefact_id": "a", "revision": 1, "text": "First."}),
        ]
    )
    assert [text.sentences for text in own_texts(arc)] == [("Second.",)]


def test_a_text_that_stands_twice_counts_once(make_arc: Any) -> None:
    arc = make_arc(artefacts=[(1, {"text": "Same here."}), (2, {"text": " same  HERE."})])
    assert [(t.stage_id, t.words) for t in own_texts(arc)] == [("s1", 2)]


def test_a_text_of_short_sentences_that_stands_twice_counts_once(make_arc: Any) -> None:
    arc = make_arc(artefacts=[(1, {"text": "All done. Sent."}), (2, {"text": "All done. Sent."})])
    assert [(t.stage_id, t.words) for t in own_texts(arc)] == [("s1", 3)]


def test_a_sentence_of_five_words_may_stand_twice_and_one_of_six_may_not(make_arc: Any) -> None:
    for sentence, kept in (("I sent it to her.", 2), ("I sent it to her today.", 1)):
        texts = [(1, {"text": f"{sentence} First."}), (2, {"text": f"{sentence} Second."})]
        found = [one for text in own_texts(make_arc(artefacts=texts)) for one in text.sentences]
        assert found.count(sentence) == kept


def test_a_quarter_of_new_words_makes_a_text_new(make_arc: Any) -> None:
    for added, is_new in (("Fixed.", False), ("Fixed two more.", True)):
        texts = [(1, {"text": LONG}), (2, {"text": f"{LONG} {added}"})]
        assert own_texts(make_arc(artefacts=texts))[1].is_new is is_new


def test_what_a_persona_wrote_does_not_count(make_arc: Any) -> None:
    arc = make_arc(
        messages=[(1, "persona", f"Hello. {LONG}"), (1, "user", "My own words are in here too.")],
        artefacts=[(1, {"text": f"{LONG} I agree. My own words are in here too."})],
    )
    (text,) = own_texts(arc)
    assert text.sentences == ("I agree.", "My own words are in here too.")
    assert text.words == 9


def test_a_whole_message_of_a_persona_handed_in_is_no_own_text(make_arc: Any) -> None:
    arc = make_arc(messages=[(1, "persona", "Do it.")], artefacts=[(1, {"text": "Do it."})])
    assert own_texts(arc) == ()


def test_a_sentence_copied_into_the_next_artefact_counts_once(make_arc: Any) -> None:
    arc = make_arc(
        artefacts=[(1, {"text": LONG}), (2, {"text": f"{LONG} It is done. It is done."})]
    )
    assert [text.sentences for text in own_texts(arc)] == [(LONG,), ("It is done.", "It is done.")]


def test_texts_come_in_the_order_of_the_stages(make_arc: Any) -> None:
    arc = make_arc(artefacts=[(3, {"text": "Third."}), (1, {"text": "First."})])
    assert [text.stage_id for text in own_texts(arc)] == ["s1", "s3"]


def test_a_text_handed_in_again_after_a_small_change_is_not_new(make_arc: Any) -> None:
    again = f"{LONG} {LONG[:-1]} as before. {LONG} Fixed a word."
    arc = make_arc(
        artefacts=[(1, {"text": f"{LONG} {LONG[:-1]} as before."}), (1, {"text": again})]
    )
    assert [text.is_new for text in own_texts(arc)] == [True, False]
