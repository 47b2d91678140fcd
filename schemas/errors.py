"""The error tree of everything about bytes and schemas.

SchemaError
├── UndecodableError      the bytes are in no framing we know, or do not decode
├── InvalidEventError     the value does not fit its schema
├── TooLargeError         a text is over its bound
├── InvalidReviewError    a review of ours does not fit its own schema; it must not leave
└── RegistryError
    ├── RegistryUnavailableError   the schema registry does not answer; wait and ask again
    └── RegistryRefusedError       the schema registry does not take a schema of ours

`kind` of the first three is the dead letter's `debrief-error-kind`. A RegistryError is no verdict
on a record and makes no dead letter.
"""

from typing import ClassVar, Literal

ErrorKind = Literal["undecodable", "invalid", "unknown_reference", "too_large", "failed"]


class SchemaError(Exception):
    """The root of every error this package raises on purpose."""

    kind: ClassVar[ErrorKind] = "invalid"


class UndecodableError(SchemaError):
    """The bytes are in no framing we know, or do not decode in the one they claim."""

    kind: ClassVar[ErrorKind] = "undecodable"


class InvalidEventError(SchemaError):
    """The value does not fit its schema; the message names the fields, never their content."""

    kind: ClassVar[ErrorKind] = "invalid"


class TooLargeError(SchemaError):
    """A text of the event is over its bound."""

    kind: ClassVar[ErrorKind] = "too_large"


class InvalidReviewError(SchemaError):
    """A review does not fit `review_ready.v1.schema.json`."""

    kind: ClassVar[ErrorKind] = "failed"


class RegistryError(SchemaError):
    """Something about the schema registry; no record is to blame."""

    kind: ClassVar[ErrorKind] = "failed"


class RegistryUnavailableError(RegistryError):
    """The registry does not answer, or not as a registry does; ask again later."""


class RegistryRefusedError(RegistryError):
    """The registry does not take a schema of ours; somebody has to look at the subject."""
