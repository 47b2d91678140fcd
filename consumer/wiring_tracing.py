"""The composition root of tracing: none, or OpenTelemetry's where an endpoint is set."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from consumer.errors import ConfigurationError
from consumer.tracing import NoTracing, Tracing

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


@asynccontextmanager
async def tracing_by(environment: Mapping[str, str]) -> AsyncIterator[Tracing]:
    """Give the tracing that OpenTelemetry's variables ask for; what is left is sent at the end.

    Raises:
        ConfigurationError: they ask for what is not spoken here.
    """
    if not is_wanted(environment):
        yield NoTracing()
        return
    # Only those pay for the import who set an endpoint.
    from consumer.tracing_otlp import OtlpTracing  # noqa: PLC0415  # takes a second

    tracing = OtlpTracing(environment)
    try:
        yield tracing
    finally:
        # It may wait for the collector.
        await asyncio.to_thread(tracing.close)


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Tell whether traces are to be sent.

    Raises:
        ConfigurationError: by another exporter, or another protocol, than OTLP over HTTP.
    """
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower()
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if disabled or exporter == "none" or not any(environment.get(name) for name in ENDPOINTS):
        return False
    problems = []
    if exporter not in ("", "otlp"):
        problems.append(f"OTEL_TRACES_EXPORTER: {exporter} is not built in: set otlp or none")
    set_ = [name for name in PROTOCOLS if environment.get(name)]
    if set_ and environment[set_[0]] != "http/protobuf":
        problems.append(
            f"{set_[0]}: {environment[set_[0]]} is not spoken here: set http/protobuf "
            "and an endpoint that takes it (mostly port 4318)"
        )
    set_ = [name for name in ENDPOINTS if environment.get(name)]
    if not environment[set_[0]].startswith(("http://", "https://")):
        problems.append(f"{set_[0]}: must start with http:// or https://")
    if problems:
        raise ConfigurationError(tuple(problems))
    return True
