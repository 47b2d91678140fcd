"""Traces of reviews, as a collector gets them over HTTP."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from consumer.commands.review import runs_of
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.emulator.serving import serve_emulator
from consumer.review_arc import ReviewOptions, review_arc
from consumer.reviewing.ports import NoJournal
from consumer.settings import Settings, load_settings
from consumer.wiring_calls import reviewing_by
from consumer.wiring_tracing import tracing_by
from producer.arc_files import ArcLine, read_arc_file
from producer.arcs import sample_arc

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Collector:
    """What a collector was sent: (resource's service, span) in order of arrival."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Any]] = []
        self.paths: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    raise AssertionError("nobody asked for compression")
                collector.take(self.path, ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def take(self, path: str, request: Any) -> None:
        self.paths.add(path)
        for group in request.resource_spans:
            named = {a.key: a.value.string_value for a in group.resource.attributes}
            self.spans += [
                (named["service.name"], span) for scope in group.scope_spans for span in scope.spans
            ]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.address)
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def _attributes(span: Any) -> dict[str, str]:
    return {a.key: a.value.string_value for a in span.attributes}


async def test_a_review_and_its_requests_reach_the_collector_under_the_triggers_trace(
    collector: Collector,
) -> None:
    lines = [line for line in read_arc_file(sample_arc("sparse")) if isinstance(line, ArcLine)]
    (run,), _ = runs_of(lines)
    plan = FaultPlan((FaultRule(fault=Fault.SAFETY, provider="gemini", call="scoring"),))
    async with serve_emulator(plan=plan) as address, tracing_by(os.environ) as tracing:
        settings = load_settings(
            Settings,
            overrides={
                "reviewers": ("gemini", "openai"),
                "gemini_api_key": "k",
                "openai_api_key": "k",
                "gemini_base_url": address,
                "openai_base_url": f"{address}/v1",
            },
        )
        async with reviewing_by(settings, journal=NoJournal(), tracing=tracing) as reviewing:
            with tracing.span("review", traceparent=PARENT) as span:
                span.set("debrief.run_id", run.arc.trigger.run_id)
                await review_arc(
                    run,
                    reviewing=reviewing,
                    options=ReviewOptions(deadline_seconds=60, xp_band=0.25, base_rates=None),
                    revision=1,
                    clock=lambda: datetime(2026, 1, 5, tzinfo=UTC),
                    on_progress=lambda *_: None,
                )
    assert collector.paths == {"/v1/traces"}
    assert {service for service, _ in collector.spans} == {"debrief"}
    spans = [span for _, span in collector.spans]
    (review,) = [span for span in spans if span.name == "review"]
    assert {span.trace_id.hex() for span in spans} == {PARENT.split("-")[1]}
    assert review.parent_span_id.hex() == PARENT.split("-")[2]
    asked = [span for span in spans if span is not review]
    assert {span.parent_span_id for span in asked} == {review.span_id}
    assert len(asked) == len(plan.requests)
    (blocked,) = [span for span in asked if span.status.code == span.status.STATUS_CODE_ERROR]
    assert _attributes(blocked)["debrief.call"] == "scoring"
    assert _attributes(blocked)["error.type"] == "finish_safety"
    # Whose words must never leave by this way.
    words = {message.text for message in run.arc.messages}
    told = repr(collector.spans)
    assert not any(text in told for text in words)


async def test_a_review_that_fails_fails_its_span_without_its_message(
    collector: Collector,
) -> None:
    async with tracing_by(os.environ) as tracing:
        with pytest.raises(ValueError, match="secret"), tracing.span("review"):
            raise ValueError("a secret of the learner")
    ((_, span),) = collector.spans
    assert _attributes(span) == {"error.type": "ValueError"}
    assert "secret" not in repr(span)


async def test_a_collector_that_is_away_costs_spans_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    done = False
    async with tracing_by(os.environ) as tracing:
        with tracing.span("review"):
            done = True
    assert done
