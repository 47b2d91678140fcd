"""Input events: what the platform writes and Debrief reads.

Each class is one event; `event_id` and `occurred_at` order events, `run_id` keys them.
What needs the trigger to be judged (is this stage known? is this the trigger's user?) is not
checked here but where the context is gathered.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.fields import (
    MAX_SECONDS,
    Brief,
    Count,
    EventId,
    Id,
    InputModel,
    Language,
    Name,
    Positive,
    Ratio,
    Seconds,
    Sequence,
    Text,
    Utc,
)

Sender = Literal["user", "persona"]

MAX_REPEATED_NAMED = 3


class Scenario(InputModel):
    """The scenario a run went through."""

    scenario_id: Id
    title: Name
    brief: Brief | None = None


class Stage(InputModel):
    """One stage, in the order of the trigger's list."""

    stage_id: Id
    title: Name
    expected_minutes: (
        Annotated[float, Field(gt=0, le=MAX_SECONDS / 60, allow_inf_nan=False)] | None
    ) = None


class Persona(InputModel):
    """An AI persona of the scenario; `voice` says how it talks."""

    persona_id: Id
    name: Name
    role: Name
    voice: Brief = ""


class XpDimension(InputModel):
    """One dimension of the work that earns experience points."""

    dimension_id: Id
    title: Name
    max_xp: Count | None = None


class XpPlan(InputModel):
    """How many points a run pays in all, and over which dimensions."""

    expected_total: Count
    dimensions: Annotated[tuple[XpDimension, ...], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _caps_hold_total(self) -> Self:
        caps = [dimension.max_xp for dimension in self.dimensions]
        known = [cap for cap in caps if cap is not None]
        if len(known) == len(caps) and sum(known) < self.expected_total:
            message = f"the max_xp of all dimensions sum to {sum(known)}, less than expected_total"
            raise ValueError(message)
        _unique("dimension_id", [dimension.dimension_id for dimension in self.dimensions])
        return self


class Manifest(InputModel):
    """How many of each context the platform wrote for the run; None means unknown."""

    objective_rollups: Count | None = None
    messages: Count | None = None
    artefacts: Count | None = None


class Event(InputModel):
    """What every event carries."""

    event_id: EventId
    occurred_at: Utc


class RunEvent(Event):
    """An event of one run of one user."""

    run_id: Id
    user_id: Id


class ScenarioCompleted(RunEvent):
    """The run is over: the trigger of a review."""

    scenario: Scenario
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=40)]
    personas: Annotated[tuple[Persona, ...], Field(max_length=8)] = ()
    xp: XpPlan
    expected: Manifest = Manifest()
    started_at: Utc
    completed_at: Utc
    language: Language = "en"

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.completed_at < self.started_at:
            message = "completed_at is before started_at"
            raise ValueError(message)
        _unique("stage_id", [stage.stage_id for stage in self.stages])
        _unique("persona_id", [persona.persona_id for persona in self.personas])
        return self


class Issue(InputModel):
    """One issue the platform saw in one attempt; `kind` is the platform's tag."""

    kind: Name
    note: Text = ""
    attempt: Count = 0


class ObjectiveRolledUp(RunEvent):
    """How one objective of the run went."""

    objective_id: Id
    stage_id: Id
    title: Name
    dimension_ids: tuple[Id, ...] = ()
    attempts: Count
    hints: Count
    hint_before_first_attempt: bool | None = None
    started_at: Utc | None = None
    completed_at: Utc | None = None
    active_seconds: Seconds | None = None
    score: Ratio | None = None
    first_score: Ratio | None = None
    issues: tuple[Issue, ...] = ()
    feedback: Text | None = None
    opportunities: tuple[Name, ...] | None = None
    feedback_kinds: tuple[Name, ...] | None = None

    @model_validator(mode="after")
    def _times_in_order(self) -> Self:
        if self.started_at and self.completed_at and self.completed_at < self.started_at:
            message = "completed_at is before started_at"
            raise ValueError(message)
        return self


class ConversationMessage(RunEvent):
    """One message between the learner (`sender` "user") and one persona."""

    message_id: Id
    persona_id: Id
    stage_id: Id
    sequence: Sequence
    sender: Sender
    sent_at: Utc
    text: Text


class ArtefactSubmitted(RunEvent):
    """One revision of one of the learner's own texts."""

    artefact_id: Id
    stage_id: Id
    revision: Positive
    kind: Name
    submitted_at: Utc
    text: Text
    self_rating: Ratio | None = None


class UserErased(Event):
    """Everything about this user must go."""

    user_id: Id


ContextEvent = ObjectiveRolledUp | ConversationMessage | ArtefactSubmitted
InputEvent = ScenarioCompleted | ContextEvent | UserErased


def _unique(field: str, values: list[str]) -> None:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        named = ", ".join(ascii(value) for value in repeated[:MAX_REPEATED_NAMED])
        message = f"{field} {named} stands more than once"
        raise ValueError(message)
