"""Windows: the simulation behind how much of each text a change in writing is claimed from.

    python -m consumer.evaluation.windows --arcs 1000 --seed 43 --seed 44

For so many sentences from the beginning of each text, and each level of p, the table tells how many
claims that evidence rises or falls are right and wrong, and how many twins in other words (praise,
orders, a second language) are claimed otherwise than their originals. `*` marks what is in use.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from consumer.evaluation.generator import Case, case_with_twin
from consumer.signals.own_texts import own_texts
from consumer.signals.writing import (
    CHANGE_MAX_P,
    CHANGE_SENTENCES,
    EVIDENCE,
    change_of,
    marks_of,
)
from schemas.review import Verdict

ALL: Final = sys.maxsize
SENTENCES: Final = (15, 20, 25, ALL)
LEVELS: Final = (0.005, 0.01, 0.02, 0.05)
OTHER_WORDS: Final = frozenset({"self_praise", "injection", "second_language"})

Window = tuple[int, float]
WINDOWS: Final[tuple[Window, ...]] = tuple(product(SENTENCES, LEVELS))


def changes(case: Case) -> dict[Window, Verdict | None]:
    """Return what is claimed of a case by each window."""
    texts = own_texts(case.resolved().arc)
    marked = marks_of(texts, EVIDENCE)
    return {
        (sentences, max_p): change_of(texts, marked, sentences=sentences, max_p=max_p)
        for sentences, max_p in WINDOWS
    }


def count_outcomes(group: Sequence[Case], outcomes: Counter[tuple[Window, str]]) -> None:
    """Count what becomes of one case and, where it is in other words, its twin."""
    truth = group[0].truth
    planted = {pattern.direction for pattern in truth.patterns if pattern.kind == "writing"}
    claimed = changes(group[0])
    for window, change in claimed.items():
        if change is not None:
            outcomes[window, "right" if change in planted else "wrong"] += 1
    if len(group) > 1 and is_in_other_words(group[1]):
        for window, change in changes(group[1]).items():
            outcomes[window, "changed"] += change != claimed[window]


def is_in_other_words(twin: Case) -> bool:
    """Tell whether a twin differs from its original in words only."""
    return twin.truth.twin is not None and twin.truth.twin.factor in OTHER_WORDS


def main(
    arcs: Annotated[int, typer.Option(min=20, help="How many arcs to simulate a seed.")] = 1000,
    seed: Annotated[list[int] | None, typer.Option(help="Same seeds, same table.")] = None,
) -> None:
    """Print what becomes of the claims by each window."""
    outcomes: Counter[tuple[Window, str]] = Counter()
    planted = twins = 0
    for one, index in product(seed or [11], range(arcs)):
        group = case_with_twin(index, seed=one)
        planted += any(pattern.kind == "writing" for pattern in group[0].truth.patterns)
        twins += len(group) > 1 and is_in_other_words(group[1])
        count_outcomes(group, outcomes)
    table = Table(
        "sentences", "p at most", "right", "wrong", "twins changed",
        title=f"{planted} changes planted, {twins} twins in other words",
    )  # fmt: skip
    for window in WINDOWS:
        sentences, max_p = window
        in_use = " *" if window == (CHANGE_SENTENCES, CHANGE_MAX_P) else ""
        told = (str(outcomes[window, name]) for name in ("right", "wrong", "changed"))
        table.add_row("all" if sentences == ALL else str(sentences), f"{max_p:g}{in_use}", *told)
    Console(file=sys.stdout, width=100).print(table)


if __name__ == "__main__":
    typer.run(main)
