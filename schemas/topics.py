"""The names of the topics."""

from dataclasses import dataclass
from typing import Final, Self

DLQ_SUFFIX: Final = ".dlq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Full topic names, with the prefix of the deployment before each."""

    objective_rolled_up: str
    conversation_message: str
    artefact_submitted: str
    scenario_completed: str
    user_erased: str
    review_progress: str
    review_ready: str
    dead_letters_redriven: str

    @classmethod
    def with_prefix(cls, prefix: str) -> Self:
        """Return the names with `prefix` put before each as it is."""
        return cls(
            objective_rolled_up=f"{prefix}objective.rolled-up",
            conversation_message=f"{prefix}conversation.message",
            artefact_submitted=f"{prefix}artefact.submitted",
            scenario_completed=f"{prefix}scenario.completed",
            user_erased=f"{prefix}user.erased",
            review_progress=f"{prefix}review.progress",
            review_ready=f"{prefix}review.ready",
            dead_letters_redriven=f"{prefix}dlq.redriven",
        )

    @property
    def contexts(self) -> tuple[str, str, str]:
        """Return the three topics whose records make up a run's context."""
        return (self.objective_rolled_up, self.conversation_message, self.artefact_submitted)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return every topic Debrief reads from the platform."""
        return (*self.contexts, self.scenario_completed, self.user_erased)

    @property
    def outputs(self) -> tuple[str, str]:
        """Return what Debrief tells: its reviews and its progress."""
        return (self.review_ready, self.review_progress)

    def dlq(self, topic: str) -> str:
        """Return where the dead letters of an input topic go."""
        return f"{topic}{DLQ_SUFFIX}"
