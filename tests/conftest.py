"""What every test starts from: a clean environment and, where they are there, the real arcs."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_ARCS = REPOSITORY.parent / "shared" / "data" / "ami"
OWN_VARIABLES = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them, but for the brokers to use."""
    kept = {"DEBRIEF_KAFKA_BOOTSTRAP_SERVERS", "DEBRIEF_TEST_DATABASE_URL"}
    for name in list(os.environ):
        if (name.startswith("DEBRIEF_") and name not in kept) or name in OWN_VARIABLES:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def real_arcs() -> list[Path]:
    """Return the fifteen recorded arcs that lie beside the repository, or skip."""
    paths = sorted(REAL_ARCS.glob("*.jsonl"))
    if not paths:
        pytest.skip(f"no recorded arcs at {REAL_ARCS.relative_to(REPOSITORY.parent)}")
    return paths
