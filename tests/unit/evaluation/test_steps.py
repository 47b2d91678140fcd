import pytest

from consumer.evaluation.steps import main


def test_the_table_marks_the_steps_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    main(arcs=40, seed=4)
    printed = capsys.readouterr().out
    assert printed.count(" *") == 1
    assert "0.1 " in printed
