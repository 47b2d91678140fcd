"""Each error is the kind that its dead letter is marked with."""

import pytest

from schemas.errors import (
    InvalidEventError,
    InvalidReviewError,
    SchemaError,
    TooLargeError,
    UndecodableError,
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UndecodableError, "undecodable"),
        (InvalidEventError, "invalid"),
        (TooLargeError, "too_large"),
        (InvalidReviewError, "failed"),
    ],
)
def test_each_error_knows_its_kind(error: type[SchemaError], kind: str) -> None:
    assert (error.kind, issubclass(error, SchemaError)) == (kind, True)
