"""Reading: one arc and its signals, asked the questions that several parts of a review share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final
from zlib import crc32

from consumer.arc import Arc
from consumer.assembly.facts import Facts, facts_of
from consumer.assembly.items import ground_all
from consumer.drafts import Citation
from consumer.reviewing.rules.wording import joined, listed, number_word, titled
from consumer.signals.occurrence import Occurrence, occurrences
from schemas.events import ArtefactSubmitted, ConversationMessage, ObjectiveRolledUp
from schemas.review import Signal, SignalKind

EVERY_STAGE: Final = "every stage"


@dataclass(frozen=True, slots=True)
class Reading:
    """An arc, its signals, the tables that prose is held against, and each kind of issue."""

    arc: Arc
    signals: tuple[Signal, ...]
    facts: Facts
    issues: Mapping[str, Occurrence]

    @property
    def seed(self) -> int:
        """Return a number of the run, so that two runs need not use the same words."""
        return crc32(self.arc.trigger.run_id.encode("utf-8", errors="surrogatepass"))

    @property
    def scored(self) -> tuple[ObjectiveRolledUp, ...]:
        """Return the objectives that have a score."""
        return tuple(o for o in self.arc.objectives if o.score is not None)

    @property
    def early(self) -> tuple[ObjectiveRolledUp, ...]:
        """Return the objectives of the first half of the stages; an odd middle is in neither."""
        return self._of_stages(self.arc.stages[: self.half])

    @property
    def late(self) -> tuple[ObjectiveRolledUp, ...]:
        """Return the objectives of the last half of the stages."""
        return self._of_stages(self.arc.stages[-self.half :] if self.half else ())

    @property
    def half(self) -> int:
        """Return how many stages a half has."""
        return len(self.arc.stages) // 2

    @property
    def first_part(self) -> str:
        """Name the first half of the stages in prose; "the last" goes with `last_part`."""
        return "the first stage" if self.half < 2 else f"the first {number_word(self.half)} stages"

    @property
    def last_part(self) -> str:
        """Name the last half of the stages in prose, beside `first_part`."""
        return "the last" if self.half < 2 else f"the last {number_word(self.half)}"

    def objectives(self, indexes: Iterable[int]) -> tuple[ObjectiveRolledUp, ...]:
        """Return the objectives at some places of the arc."""
        return tuple(self.arc.objectives[index] for index in indexes)

    def showing(self, kind: str) -> tuple[ObjectiveRolledUp, ...]:
        """Return the objectives that show a kind of issue, in order."""
        return self.objectives(self.issues[kind].shown)

    def claims(self, kind: SignalKind | None = None) -> tuple[Signal, ...]:
        """Return the signals that bear a pattern, of one kind or of all, the best first."""
        return tuple(s for s in self.facts.claims if kind is None or s.kind == kind)

    def stage(self, stage_id: str) -> str:
        """Name a stage by its title, else by its place."""
        for number, stage in enumerate(self.arc.stages, start=1):
            if stage.stage_id == stage_id:
                return titled(stage.title, f"stage {number}")
        return "one stage"

    def name(self, objective: ObjectiveRolledUp) -> str:
        """Name an objective by its title; where that will not do, by its stage as well."""
        name = titled(objective.title, "")
        if not name:
            return f"an objective of {self.stage(objective.stage_id)}"
        alike = sum(other.title == objective.title for other in self.arc.objectives)
        return name if alike < 2 else f"{name} in {self.stage(objective.stage_id)}"

    def stages(self, objectives: Sequence[ObjectiveRolledUp]) -> str:
        """List the stages of some objectives, in order, three at most by name."""
        ids = self.stage_ids(objectives)
        if len(ids) == len(self.arc.stages) > 1:
            return EVERY_STAGE
        if len(ids) > 3:
            return f"{number_word(len(ids))} of the {number_word(len(self.arc.stages))} stages"
        return listed([self.stage(stage_id) for stage_id in ids])

    def stage_ids(
        self, items: Sequence[ObjectiveRolledUp | ConversationMessage | ArtefactSubmitted]
    ) -> tuple[str, ...]:
        """Return the stages that some records lie in, in the order of the run."""
        found = {item.stage_id for item in items}
        return tuple(s.stage_id for s in self.arc.stages if s.stage_id in found)

    def stands(self, sentence: str, citations: Sequence[Citation]) -> bool:
        """Tell whether code can verify every number and quotation of a sentence."""
        evidence = ground_all(citations, self.facts).evidence
        return not self.facts.prose_faults(sentence, evidence)

    def standing(self, sentences: Sequence[str], citations: Sequence[Citation]) -> str:
        """Join the sentences that stand."""
        return joined([s for s in sentences if s and self.stands(s, citations)])

    def _of_stages(self, stages: Sequence[object]) -> tuple[ObjectiveRolledUp, ...]:
        chosen = [stage for stage in self.arc.stages if stage in stages]
        return tuple(o for stage in chosen for o in self.arc.objectives_of(stage.stage_id))


def reading_of(arc: Arc, signals: tuple[Signal, ...]) -> Reading:
    """Index an arc once for all parts of its review."""
    issues = {one.kind: one for one in occurrences(arc)}
    return Reading(arc, signals, facts_of(arc, signals, reviewer="rules"), issues)


def mean_score(objectives: Sequence[ObjectiveRolledUp]) -> float | None:
    """Return the mean score, None where there is none."""
    scores = [o.score for o in objectives if o.score is not None]
    return fmean(scores) if scores else None
