"""Tracing by OpenTelemetry: spans sent to a collector by OTLP over HTTP.

A module of its own because the SDK takes a second to import: `wiring_tracing` does so only where an
endpoint is set. All settings are OpenTelemetry's own, and read by its SDK:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from consumer.tracing import Attribute

SERVICE: Final = "debrief"


class OtlpTracing:
    """A `Tracing` that sends in the background; a collector that is away costs spans only."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        named = environment.get("OTEL_SERVICE_NAME")
        told = "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
        resource = Resource.create({} if named or told else {"service.name": SERVICE})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("debrief")
        self._remote = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, *, traceparent: str | None = None) -> Iterator["_OtlpSpan"]:
        """Begin a span that ends with the block."""
        inside = trace.get_current_span().get_span_context().is_valid
        parent = (
            None
            if inside or traceparent is None
            else self._remote.extract({"traceparent": traceparent})
        )
        with self._tracer.start_as_current_span(
            name, context=parent, record_exception=False, set_status_on_exception=False
        ) as span:
            told = _OtlpSpan(span)
            try:
                yield told
            except BaseException as error:
                # Its message may hold anything, so that only its class is told.
                told.fail(type(error).__name__)
                raise

    def close(self) -> None:
        """Send what is left, and stop."""
        self._provider.shutdown()


class _OtlpSpan:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set(self, name: str, value: Attribute) -> None:
        self._span.set_attribute(name, value)

    def fail(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(Status(StatusCode.ERROR))
