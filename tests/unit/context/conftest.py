"""The end of one small run: two stages, two personas."""

import pytest

from schemas.events import ScenarioCompleted
from tests.arcs import stages
from tests.arcs import trigger as trigger_of


@pytest.fixture
def trigger() -> ScenarioCompleted:
    one, two = stages("One", "Two")
    return trigger_of(
        # Not in the order of their names, so that the order of the event shows.
        stages=(two, one),
        personas=(
            {"persona_id": "p2", "name": "Bo", "role": "senior_peer"},
            {"persona_id": "p1", "name": "Ana", "role": "manager"},
        ),
    )
