"""The rest of the fault matrix is run where it is asked for."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `matrix`, unless `-m` speaks of it."""
    if "matrix" in (config.getoption("markexpr") or ""):
        return
    rest = [item for item in items if item.get_closest_marker("matrix")]
    if rest:
        config.hook.pytest_deselected(items=rest)
        items[:] = [item for item in items if item not in set(rest)]
