"""Tracing: spans of reviews and of the requests that they send, for whoever wants them.

Ids, names and figures only: never prompts, learner text or answers.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Attribute = str | int | float | bool


class Span(Protocol):
    """One piece of work, from its begin to its end."""

    def set(self, name: str, value: Attribute) -> None:
        """Say something about it."""

    def fail(self, kind: str) -> None:
        """Say that it failed, and how, in one word."""


class Tracing(Protocol):
    """Where spans go."""

    def span(self, name: str, *, traceparent: str | None = None) -> AbstractContextManager[Span]:
        """Begin a span that ends with the block, beneath the one around it.

        `traceparent` (W3C) is the parent where none of ours is around it. What leaves the block as
        an exception fails the span by its class's name.
        """


class NoTracing:
    """Tracing that goes nowhere."""

    @contextmanager
    def span(self, name: str, *, traceparent: str | None = None) -> Iterator["NoTracing"]:  # noqa: ARG002  # a port
        """Run the block."""
        yield self

    def set(self, name: str, value: Attribute) -> None:
        """Keep nothing."""

    def fail(self, kind: str) -> None:
        """Keep nothing."""
