"""The arc: one run's whole, sound context, as every pure part of Debrief reads it."""

from dataclasses import dataclass

from schemas.events import (
    ArtefactSubmitted,
    ConversationMessage,
    ObjectiveRolledUp,
    ScenarioCompleted,
    Stage,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCounts:
    """One number for each of the three contexts: distinct records sound for the run."""

    objective_rollups: int
    messages: int
    artefacts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A run's trigger and the records that stand for it.

    `objectives` are in the order of the stages, then of their times; `messages` by stage, thread
    and sequence; `artefacts` by stage and time, each revision of its own. Only records whose stage,
    persona and user the trigger names are here.
    """

    trigger: ScenarioCompleted
    objectives: tuple[ObjectiveRolledUp, ...]
    messages: tuple[ConversationMessage, ...]
    artefacts: tuple[ArtefactSubmitted, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Return the stages in their order."""
        return self.trigger.stages

    @property
    def issue_kinds(self) -> frozenset[str]:
        """Return the kinds of issue that an objective shows."""
        return frozenset(issue.kind for o in self.objectives for issue in o.issues)

    def thread(self, persona_id: str) -> tuple[ConversationMessage, ...]:
        """Return the messages between the learner and one persona, in order."""
        return tuple(m for m in self.messages if m.persona_id == persona_id)

    def objectives_of(self, stage_id: str) -> tuple[ObjectiveRolledUp, ...]:
        """Return one stage's objectives, in order."""
        return tuple(o for o in self.objectives if o.stage_id == stage_id)
