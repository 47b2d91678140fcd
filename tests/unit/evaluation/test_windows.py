import pytest

from consumer.evaluation.generator import case_with_twin
from consumer.evaluation.windows import ALL, changes, main


def test_the_table_marks_the_window_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    main(arcs=40, seed=[4, 5])
    printed = capsys.readouterr().out
    assert printed.count(" *") == 1
    assert "twins in other words" in printed
    assert "all" in printed


def test_more_sentences_and_a_looser_level_claim_no_fewer_changes() -> None:
    groups = (case_with_twin(index, seed=43) for index in range(200))
    plain = [g[0] for g in groups if any(p.kind == "writing" for p in g[0].truth.patterns)]
    claimed = [changes(case) for case in plain]
    assert plain
    assert sum(one[ALL, 0.05] is not None for one in claimed) >= sum(
        one[15, 0.005] is not None for one in claimed
    )
