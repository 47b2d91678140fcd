import pytest

from consumer.errors import ConfigurationError
from consumer.tracing import NoTracing
from consumer.wiring_tracing import is_wanted, tracing_by

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.test:4318"}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_SERVICE_NAME": "reviews"},
        ENDPOINT | {"OTEL_SDK_DISABLED": "true"},
        ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"},
    ],
)
async def test_without_an_endpoint_or_switched_off_nothing_is_traced(
    environment: dict[str, str],
) -> None:
    async with tracing_by(environment) as tracing:
        assert isinstance(tracing, NoTracing)


@pytest.mark.parametrize(
    "environment",
    [
        ENDPOINT,
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://collector.test/v1/traces"},
        ENDPOINT | {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
    ],
)
def test_an_endpoint_is_enough(environment: dict[str, str]) -> None:
    assert is_wanted(environment)


def test_what_is_not_spoken_is_told_all_at_once() -> None:
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "collector.test:4317",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_TRACES_EXPORTER": "zipkin",
    }
    with pytest.raises(ConfigurationError) as caught:
        is_wanted(environment)
    told = str(caught.value)
    assert all(name in told for name in environment)
    assert "http/protobuf" in told
