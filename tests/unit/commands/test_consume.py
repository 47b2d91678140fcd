from types import SimpleNamespace

import pytest

from consumer.commands import consume
from consumer.errors import ConfigurationError


def test_without_assertions_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consume, "sys", SimpleNamespace(flags=SimpleNamespace(optimize=1)))
    with pytest.raises(ConfigurationError, match="assertions"):
        consume.run_consume(ingest=True, review=True)
