from collections.abc import Callable
from typing import Any

import pytest

from consumer.signals.writing import writing
from schemas.review import Signal

Series = Callable[[Signal], list[float | None]]


def _text(words: int, *, start: str = "w") -> str:
    """Sentences of ten different words each."""
    parts = [f"{start}{i}" for i in range(words)]
    lines = (" ".join(parts[i : i + 10]) + "." for i in range(0, words, 10))
    return " ".join(lines)


def _by_id(signals: tuple[Signal, ...]) -> dict[str, Signal]:
    return {signal.signal_id: signal for signal in signals}


def _sentences(marked: int, of: int = 40, *, start: str, marker: str = "because") -> str:
    """Sentences of ten different words each; the first `marked` hold the marker."""
    return " ".join(
        " ".join([marker if i < marked else f"{start}{i}m", *(f"{start}{i}w{j}" for j in range(9))])
        + "."
        for i in range(of)
    )


def _marked(make_arc: Any, *marked: int, of: int = 40, more: str = "", **trigger: Any) -> Any:
    """An arc of texts with so many marked sentences at their beginnings."""
    return make_arc(
        artefacts=[
            (1 + i, {"text": _sentences(m, of, start=f"t{i}") + more}) for i, m in enumerate(marked)
        ],
        **trigger,
    )


def _evidence(arc: Any) -> str:
    return _by_id(writing(arc))["writing:evidence"].verdict


def test_499_words_are_too_few_and_500_are_described(make_arc: Any) -> None:
    few = writing(make_arc(artefacts=[(1, {"text": _text(499)})]))
    enough = writing(make_arc(artefacts=[(1, {"text": _text(500)})]))
    assert [(s.signal_id, s.verdict, s.n) for s in few] == [("writing", "too_little_data", 499)]
    assert (enough[0].signal_id, enough[0].verdict, enough[0].n) == ("writing", "present", 500)


def test_sentence_length_is_words_a_sentence(make_arc: Any, series_of: Series) -> None:
    signal = writing(
        make_arc(artefacts=[(1, {"text": _text(300)}), (3, {"text": _text(300, start="v")})])
    )[0]
    assert (signal.value, signal.low, signal.high) == (10, 10, 10)
    assert series_of(signal) == [10, None, 10, None]


def test_a_marker_is_the_share_of_sentences_that_have_it(make_arc: Any, series_of: Series) -> None:
    evidence = _by_id(writing(_marked(make_arc, 4, 10)))["writing:evidence"]
    assert (evidence.value, evidence.unit, evidence.n) == (14 / 80, "ratio", 800)
    assert series_of(evidence) == [0.1, 0.25, None, None]
    assert evidence.verdict == "present"


def test_two_markers_in_a_sentence_count_once(make_arc: Any) -> None:
    text = f"Because the data shows it, as measured. {_text(500)}"
    evidence = _by_id(writing(make_arc(artefacts=[(1, {"text": text})])))["writing:evidence"]
    assert evidence.value == pytest.approx(1 / 51, abs=1e-4)


def test_a_marker_that_is_nowhere_is_absent(make_arc: Any) -> None:
    hedging = _by_id(writing(_marked(make_arc, 4, 10)))["writing:hedging"]
    assert (hedging.verdict, hedging.value, hedging.low) == ("absent", 0, 0)


def test_english_markers_are_measured_in_english_only(make_arc: Any) -> None:
    for language, measured in (("en", True), ("en-GB", True), ("EN", True), ("de", False)):
        ids = set(_by_id(writing(_marked(make_arc, 4, 10, language=language))))
        assert ("writing:evidence" in ids) is measured
        assert {"writing", "writing:structure"} <= ids


def test_more_evidence_in_three_long_texts_is_improving(make_arc: Any) -> None:
    assert _evidence(_marked(make_arc, 2, 6, 12)) == "improving"
    assert _evidence(_marked(make_arc, 12, 6, 2)) == "worsening"


def test_two_long_texts_claim_no_change(make_arc: Any) -> None:
    assert _evidence(_marked(make_arc, 0, 20)) == "present"


def test_texts_under_300_words_claim_no_change(make_arc: Any) -> None:
    assert _evidence(_marked(make_arc, 0, 6, 20, of=30)) == "improving"
    assert _evidence(_marked(make_arc, 0, 6, 20, of=29)) == "present"


def test_a_text_with_fewer_than_fifteen_sentences_of_its_own_is_not_compared(
    make_arc: Any,
) -> None:
    said = _sentences(0, 16, start="old")
    for own, verdict in ((14, "present"), (15, "improving")):
        texts = [said + " " + _sentences(0, start="a"), _sentences(10, start="b")]
        # Long as it stands, but what the first text said already is not new.
        texts.append(f"{said} {_sentences(own, own, start='c')}")
        arc = make_arc(artefacts=[(1 + i, {"text": text}) for i, text in enumerate(texts)])
        assert _evidence(arc) == verdict


def test_twice_the_share_is_needed_however_sure(make_arc: Any) -> None:
    # Of twenty: 10 to 19 is sure (p = .003), and 9 to 18 twice as many (.006).
    for first, last, verdict in ((10, 19, "present"), (9, 18, "improving")):
        assert _evidence(_marked(make_arc, first, first, last)) == verdict


def test_few_markers_could_be_chance_though_many_times_the_share(make_arc: Any) -> None:
    # None, then 6 or 7 of twenty: p = .0202 and .008.
    for last, verdict in ((6, "present"), (7, "improving")):
        assert _evidence(_marked(make_arc, 0, 3, last)) == verdict


def test_each_late_text_must_lie_above_each_early_one(make_arc: Any) -> None:
    assert _evidence(_marked(make_arc, 0, 4, 5, 20)) == "improving"
    assert _evidence(_marked(make_arc, 0, 4, 4, 20)) == "present"


def test_what_is_added_after_twenty_sentences_changes_no_claim(make_arc: Any) -> None:
    for marked in ((2, 6, 12), (12, 6, 2), (5, 5, 5)):
        plain = _marked(make_arc, *marked)
        praised = _marked(make_arc, *marked, more=" I was flawless." * 40)
        argued = _marked(make_arc, *marked, more=" So, because of the data, full points." * 40)
        assert _evidence(plain) == _evidence(praised) == _evidence(argued)


def test_the_first_twenty_sentences_decide(make_arc: Any) -> None:
    # None, then 6 of twenty, could be chance; a seventh comes too late.
    for place, verdict in ((19, "improving"), (20, "present")):
        plain = _sentences(0, start="a"), _sentences(3, start="b")
        late = _sentences(6, 40, start="c").split(". ")
        late.insert(place, "because c" + " d" * 8)
        texts = (*plain, ". ".join(late))
        arc = make_arc(artefacts=[(1 + i, {"text": text}) for i, text in enumerate(texts)])
        assert _evidence(arc) == verdict


def test_words_left_out_of_sentences_change_no_claim(make_arc: Any) -> None:
    for marked in ((2, 6, 12), (12, 6, 2), (5, 5, 5)):
        arc = _marked(make_arc, *marked)
        shorter = [
            (1 + i, {"text": a.text.replace("w8.", ".")}) for i, a in enumerate(arc.artefacts)
        ]
        assert _evidence(make_arc(artefacts=shorter)) == _evidence(arc)


def test_only_evidence_can_change(make_arc: Any) -> None:
    hedged = [_sentences(m, start=f"t{m}", marker="maybe") for m in (1, 6, 20)]
    arc = make_arc(artefacts=[(1 + i, {"text": text}) for i, text in enumerate(hedged)])
    signals = _by_id(writing(arc))
    assert signals["writing:hedging"].verdict == "present"
    assert signals["writing:evidence"].verdict == "absent"


def test_structure_counts_list_items_and_headings(make_arc: Any) -> None:
    text = "# Plan\n- first thing\n2. second thing\n" + _text(500)
    structure = _by_id(writing(make_arc(artefacts=[(1, {"text": text})])))["writing:structure"]
    assert structure.value == pytest.approx(3 / 53, abs=1e-4)


def test_ownership_counts_the_first_person_with_either_apostrophe(make_arc: Any) -> None:
    text = "I’m sure. I've seen my plan. Iris is mine? No. " + _text(500)
    owned = _by_id(writing(make_arc(artefacts=[(1, {"text": text})])))["writing:ownership"]
    assert owned.value == pytest.approx(3 / 54, abs=1e-4)
