"""Steps: how quality follows what was planted, by what a further attempt and a hint cost.

    python -m consumer.evaluation.steps --arcs 1000 --seed 11

Spearman's correlation of each dimension's planted quality and the mean quality of its rollups, both
against the run's own mean, for steps of attempts and of hints. `*` marks those in use.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import product
from statistics import fmean
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from consumer.assembly.xp import ATTEMPT_STEP, HINT_STEP, quality, rollups_of
from consumer.evaluation.association import spearman
from consumer.evaluation.generator import Case, case_with_twin

ATTEMPT_STEPS: Final = (0.0, 0.03, 0.05, 0.10)
HINT_STEPS: Final = (0.0, 0.01, 0.02, 0.05)
LEAST_DIMENSIONS: Final = 3


def correlations(simulated: Sequence[Case]) -> Iterator[tuple[float, float, float | None]]:
    """Give (attempt step, hint step, correlation) over the cases whose quality is known."""
    known = [case for case in simulated if len(case.truth.quality) >= LEAST_DIMENSIONS]
    arcs = [(case.truth.quality, case.resolved().arc.objectives) for case in known]
    for attempt, hint in product(ATTEMPT_STEPS, HINT_STEPS):
        planted: list[float] = []
        measured: list[float] = []
        for truth, objectives in arcs:
            means = [
                fmean(
                    quality(one, attempt_step=attempt, hint_step=hint)
                    for one in rollups_of(dimension, objectives)
                )
                for dimension in truth
            ]
            planted += [one / fmean(truth.values()) for one in truth.values()]
            measured += [one / fmean(means) for one in means]
        yield attempt, hint, spearman(planted, measured) if planted else None


def main(
    arcs: Annotated[int, typer.Option(min=20, help="How many arcs to simulate.")] = 1000,
    seed: Annotated[int, typer.Option(help="Same seed, same table.")] = 11,
) -> None:
    """Print the correlation for each pair of steps."""
    simulated = [case_with_twin(index, seed=seed)[0] for index in range(arcs)]
    table = Table("a further attempt costs", "a hint costs", "planted against measured quality")
    for attempt, hint, correlation in correlations(simulated):
        mark = " *" if (attempt, hint) == (ATTEMPT_STEP, HINT_STEP) else ""
        said = "–" if correlation is None else f"{correlation:.3f}"
        table.add_row(f"{attempt:g}", f"{hint:g}", f"{said}{mark}")
    Console(file=sys.stdout, width=100).print(table)


if __name__ == "__main__":
    typer.run(main)
