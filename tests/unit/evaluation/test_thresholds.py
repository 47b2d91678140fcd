import pytest

from consumer.evaluation.thresholds import IN_USE, Simulated, family_rows, main, rows, simulate
from schemas.review import SignalKind


@pytest.fixture(scope="module")
def simulated() -> list[Simulated]:
    return list(simulate(40, seed=4))


@pytest.mark.parametrize("kind", ["pace", "recurring_issue", "stuck"])
def test_a_wider_level_claims_no_less(kind: SignalKind, simulated: list[Simulated]) -> None:
    table = list(rows(simulated, kind))
    assert [row[0].endswith("*") for row in table].count(True) == 1
    false = [0.0 if row[3] == "–" else float(row[3]) for row in table]
    assert false == sorted(false)


def test_a_higher_false_discovery_rate_claims_no_less(simulated: list[Simulated]) -> None:
    found = list(family_rows(simulated))
    assert [row[0].endswith("*") for row in found].count(True) == 1
    for column in (1, 2):
        shares = [0.0 if row[column] == "–" else float(row[column]) for row in found]
        assert shares == sorted(shares)


def test_the_table_marks_what_is_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    main(arcs=20, seed=4)
    printed = capsys.readouterr().out
    assert all(kind in printed for kind in IN_USE)
    assert "0.005 *" in printed
    assert "All kinds as in use:" in printed
