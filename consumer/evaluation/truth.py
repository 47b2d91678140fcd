"""Truth: what is known of each run of an arc file, in `NAME.truth.json` beside `NAME.jsonl`.

    {"version": 1, "runs": {RUN_ID: {
        "patterns":      [{"kind", "name", "direction"}]   planted, and to be found
        "implied":       [{…}]          also true of the run, neither asked for nor held against
        "best":          [{…}] | null   what the best possible detector claims of this very run;
                                        null: the planted patterns
        "above_minimum": true | false   whether there is enough in it for a claim of any kind
        "quality":       {DIMENSION_ID: 0..1}   how well each dimension was planted to go
        "canaries":      {PERSONA_ID: [TEXT, …]}   words that stand in that thread only
        "twin":          null | {"of": NAME, "factor": FACTOR, "touches": ID | null}
    }}}

A twin is the same run, under the same `run_id`, in a file of its own, with one thing changed:
`self_praise`, `injection` (into the thread of the persona `touches`, and the learner's texts),
`second_language` (the same said as a second-language writer would), `improved` (only the rollups
of the dimension `touches` went better) or `shuffled` (the same records in another order).
`name` is the issue kind of a recurring or fixed issue, `over_rating` or `under_rating` of a
calibration, else null.
"""

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from consumer.evaluation.errors import TruthError
from schemas.fields import Id, Name, OutputModel, Ratio
from schemas.review import Direction, Pattern, SignalKind

SUFFIX: Final = ".truth.json"

Factor = Literal["self_praise", "injection", "second_language", "improved", "shuffled"]
NAMED_KINDS: Final[frozenset[SignalKind]] = frozenset(
    {"recurring_issue", "fixed_issue", "calibration"}
)


class TruePattern(OutputModel):
    """One pattern that is there; `name` only of the kinds that have one."""

    kind: SignalKind
    name: Name | None = None
    direction: Direction

    def is_claimed_by(self, claim: "TruePattern") -> bool:
        """Tell whether a claim says this; how a recurring issue recurs is no other claim."""
        same = (self.kind, self.name) == (claim.kind, claim.name)
        return same and (self.direction == claim.direction or self.kind == "recurring_issue")


class Twin(OutputModel):
    """What one run differs in from the run of the same id in the file `of` (no suffix)."""

    of: str
    factor: Factor
    touches: Id | None = None


class RunTruth(OutputModel):
    """What is known of one run."""

    patterns: tuple[TruePattern, ...] = ()
    implied: tuple[TruePattern, ...] = ()
    best: tuple[TruePattern, ...] | None = None
    above_minimum: bool = True
    quality: dict[Id, Ratio] = Field(default_factory=dict)
    canaries: dict[Id, tuple[str, ...]] = Field(default_factory=dict)
    twin: Twin | None = None


class Truth(OutputModel):
    """What is known of the runs of one arc file."""

    version: Literal[1] = 1
    runs: dict[Id, RunTruth]


def claim_of(pattern: Pattern) -> TruePattern:
    """Return what a review's pattern claims, as truth is written."""
    name = pattern.name if pattern.kind in NAMED_KINDS else None
    return TruePattern(kind=pattern.kind, name=name, direction=pattern.direction)


def truth_path(arc_path: Path) -> Path:
    """Return where the truth of an arc file lies."""
    return arc_path.with_name(arc_path.stem + SUFFIX)


def read_truth(arc_path: Path) -> Truth:
    """Read what is known of an arc file.

    Raises:
        TruthError: there is no truth file beside it, or it is not of the form above.
    """
    path = truth_path(arc_path)
    try:
        return Truth.model_validate_json(path.read_bytes())
    except OSError as error:
        raise TruthError(f"{path}: {error.strerror or error}; every arc needs its truth") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TruthError(f"{path}: {where}: {first['msg']}") from error


def write_truth(arc_path: Path, truth: Truth) -> None:
    """Write what is known of an arc file beside it."""
    truth_path(arc_path).write_text(truth.model_dump_json(indent=1) + "\n", encoding="utf-8")
