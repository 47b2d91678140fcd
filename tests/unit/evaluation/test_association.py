import pytest

from consumer.evaluation.association import spearman


def test_ranks_and_not_sizes_count() -> None:
    assert spearman([1, 2, 3, 4], [1, 10, 100, 1000]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [9, 3, 2, -50]) == pytest.approx(-1)


def test_ties_share_their_mean_rank() -> None:
    # Pearson's correlation of (1.5, 1.5, 3, 4) and (1, 2, 3, 4).
    assert spearman([5, 5, 6, 7], [1, 2, 3, 4]) == pytest.approx(0.9486833)


def test_a_column_that_never_changes_has_no_correlation() -> None:
    assert spearman([1, 1, 1], [1, 2, 3]) is None
