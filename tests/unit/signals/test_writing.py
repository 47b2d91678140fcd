from collections.abc import Callable
from typing import Any

import pytest

from consumer.signals.writing import writing
from schemas.review import Signal

Series = Callable[[Signal], list[float | None]]


def _text(words: int, *, start: str = "w", marker: str = "", every: int = 0) -> str:
    """Sentences of ten different words each; every so many words is the marker."""
    parts = [f"{start}{i}" for i in range(words)]
    if every:
        parts = [marker if i % every == 1 else part for i, part in enumerate(parts)]
    lines = (" ".join(parts[i : i + 10]) + "." for i in range(0, words, 10))
    return " ".join(lines)


def _by_id(signals: tuple[Signal, ...]) -> dict[str, Signal]:
    return {signal.signal_id: signal for signal in signals}


def _long(make_arc: Any, *everies: int, words: int = 400, language: str = "en") -> Any:
    return make_arc(
        artefacts=[
            (1 + i, {"text": _text(words, start=f"w{i}x", marker="because", every=every)})
            for i, every in enumerate(everies)
        ],
        language=language,
    )


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


def test_markers_are_counted_per_hundred_words(make_arc: Any, series_of: Series) -> None:
    evidence = _by_id(writing(_long(make_arc, 50, 20)))["writing:evidence"]
    assert evidence.value == pytest.approx(100 * 28 / 800)
    assert series_of(evidence) == [2, 5, None, None]
    assert evidence.verdict == "present"


def test_a_marker_that_is_nowhere_is_absent(make_arc: Any) -> None:
    hedging = _by_id(writing(_long(make_arc, 50, 20)))["writing:hedging"]
    assert (hedging.verdict, hedging.value, hedging.low) == ("absent", 0, 0)


def test_english_markers_are_measured_in_english_only(make_arc: Any) -> None:
    for language, measured in (("en", True), ("en-GB", True), ("EN", True), ("de", False)):
        ids = set(_by_id(writing(_long(make_arc, 50, 20, language=language))))
        assert ("writing:evidence" in ids) is measured
        assert {"writing", "writing:structure"} <= ids


def test_more_evidence_in_three_long_texts_is_improving(make_arc: Any) -> None:
    assert _by_id(writing(_long(make_arc, 100, 50, 20)))["writing:evidence"].verdict == "improving"
    assert _by_id(writing(_long(make_arc, 20, 50, 100)))["writing:evidence"].verdict == "worsening"


def test_two_long_texts_claim_no_change(make_arc: Any) -> None:
    assert _by_id(writing(_long(make_arc, 200, 10)))["writing:evidence"].verdict == "present"


def test_texts_under_300_words_claim_no_change(make_arc: Any) -> None:
    signals = writing(_long(make_arc, 200, 100, 10, words=290))
    assert _by_id(signals)["writing:evidence"].verdict == "present"


def test_less_than_twice_the_rate_claims_no_change(make_arc: Any) -> None:
    assert _by_id(writing(_long(make_arc, 8, 6, 5)))["writing:evidence"].verdict == "present"


def test_twice_the_rate_is_needed_however_sure(make_arc: Any) -> None:
    # 80, then 133 or 200 of 400 words: sure in both, twice as many in the second.
    for last, verdict in ((3, "present"), (2, "improving")):
        assert _by_id(writing(_long(make_arc, 5, 4, last)))["writing:evidence"].verdict == verdict


def test_few_markers_could_be_chance_though_many_times_the_rate(make_arc: Any) -> None:
    # 4, then 16 or 20: .012 and .0015.
    for last, verdict in ((25, "present"), (20, "improving")):
        signals = _by_id(writing(_long(make_arc, 100, 60, last)))
        assert signals["writing:evidence"].verdict == verdict


def test_only_evidence_can_change(make_arc: Any) -> None:
    arc = make_arc(
        artefacts=[
            (i, {"text": _text(400, start=f"w{i}x", marker="maybe", every=every)})
            for i, every in ((1, 200), (2, 50), (3, 10))
        ]
    )
    signals = _by_id(writing(arc))
    assert signals["writing:hedging"].verdict == "present"
    assert signals["writing:evidence"].verdict == "absent"


def test_structure_counts_list_items_and_headings(make_arc: Any) -> None:
    text = "# Plan\n- first thing\n2. second thing\n" + _text(495)
    structure = _by_id(writing(make_arc(artefacts=[(1, {"text": text})])))["writing:structure"]
    assert structure.value == pytest.approx(300 / structure.n, abs=1e-4)


def test_ownership_counts_the_first_person_with_either_apostrophe(make_arc: Any) -> None:
    text = "I’m sure. I've seen my plan. Iris is mine? No. " + _text(500)
    owned = _by_id(writing(make_arc(artefacts=[(1, {"text": text})])))["writing:ownership"]
    assert owned.value == pytest.approx(100 * 4 / owned.n, abs=1e-4)
