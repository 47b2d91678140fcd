"""Looking schemas up."""

import pytest

from schemas.registry import EVENT_NAMES, avro_schema, by_fingerprint, json_schema, versions_of


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_the_newest_version_is_the_one_given(event: str) -> None:
    name = next(known for known in EVENT_NAMES if known == event)

    assert avro_schema(name).version == versions_of(name)[-1]
    assert json_schema(name)["$id"].endswith(f".v{versions_of(name)[-1]}")


def test_every_version_is_found_by_its_fingerprint() -> None:
    found = {(schema.event, schema.version) for schema in by_fingerprint().values()}

    assert found == {(event, v) for event in EVENT_NAMES for v in versions_of(event)}
    assert all(len(fingerprint) == 8 for fingerprint in by_fingerprint())
