"""`configure` and `shutdown` against a Collector that answers, refuses, comes late or is away."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import agent_sdk
from agent_sdk._telemetry import telemetry
from tests.ports import free_port
from tests.waiting import wait_until

# Its constructor has no types of its own.
_LOGS: Callable[[], InMemoryLogRecordExporter] = InMemoryLogRecordExporter


class _Collector(ThreadingHTTPServer):
    """Takes OTLP/HTTP; answers with the statuses given, then with 200."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.statuses: list[int] = []
        self.spans: list[str] = []
        self.events: list[str] = []
        self.resource: dict[str, str] = {}


class _Handler(BaseHTTPRequestHandler):
    server: _Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if status == 200:
            self._keep(body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _keep(self, body: bytes) -> None:
        if self.path == "/v1/traces":
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.server.resource = {
                    each.key: each.value.string_value for each in group.resource.attributes
                }
                self.server.spans += [s.name for part in group.scope_spans for s in part.spans]
        else:
            for logs in ExportLogsServiceRequest.FromString(body).resource_logs:
                self.server.events += [
                    record.event_name for part in logs.scope_logs for record in part.log_records
                ]

    def log_message(self, format: str, *args: object) -> None:
        """Silent: pytest shows what matters."""


@contextmanager
def _answering(port: int) -> Iterator[_Collector]:
    with _Collector(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Collector]:
    port = free_port()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    with _answering(port) as server:
        yield server
        agent_sdk.shutdown()


@pytest.fixture(autouse=True)
def _unconfigured() -> Iterator[None]:
    yield
    agent_sdk.shutdown()


def test_spans_and_errors_reach_the_collector(collector: _Collector) -> None:
    agent_sdk.configure("Code Helper")
    with agent_sdk.agent():
        agent_sdk.record_error(ValueError("no"))
    assert agent_sdk.shutdown(60)
    assert collector.spans == ["invoke_agent Code Helper"]
    assert collector.events == ["exception"]
    assert collector.resource["service.name"] == "code-helper"
    assert collector.resource["gen_ai.agent.name"] == "Code Helper"


def test_the_service_name_of_the_environment_wins(
    collector: _Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "shop")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    agent_sdk.configure("writer")
    with agent_sdk.agent():
        assert telemetry().service_name == "shop"
    assert agent_sdk.shutdown(60)
    assert collector.resource["service.name"] == "shop"
    assert collector.resource["deployment.environment.name"] == "test"


def test_an_event_leaves_at_once(collector: _Collector) -> None:
    agent_sdk.configure("writer")
    assert telemetry().settings.otel_blrp_schedule_delay <= 100, "milliseconds"
    with agent_sdk.agent():
        agent_sdk.record_error(ValueError("no"))
        wait_until(lambda: collector.events, 60, every=0.01)
        assert not collector.spans


def test_a_collector_that_is_busy_loses_nothing(collector: _Collector) -> None:
    collector.statuses = [503, 503]
    agent_sdk.configure("writer")
    with agent_sdk.agent():
        pass
    wait_until(lambda: agent_sdk.export_stats().spans_exported, 60, every=0.02)
    stats = agent_sdk.export_stats()
    assert (stats.spans_exported, stats.spans_dropped) == (1, 0)
    assert len(collector.spans) == 1


def test_what_the_collector_refuses_is_dropped_and_counted(collector: _Collector) -> None:
    collector.statuses = [400]
    agent_sdk.configure("writer")
    with agent_sdk.agent():
        pass
    wait_until(lambda: agent_sdk.export_stats().spans_dropped, 60, every=0.02)
    assert not collector.spans


def test_a_collector_that_is_away_neither_blocks_nor_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "100")
    before = set(threading.enumerate())
    started = time.monotonic()
    agent_sdk.configure("writer")
    with agent_sdk.agent():
        for number in range(150):
            with agent_sdk.task(f"step {number}"):
                pass
    assert agent_sdk.export_stats().spans_dropped == 51
    assert not agent_sdk.shutdown(0.3)
    # The exporter itself goes on for minutes.
    assert time.monotonic() - started < 20
    assert "100 spans and log records were not exported" in caplog.text
    left = set(threading.enumerate()) - before
    with _answering(port) as back:
        wait_until(lambda: not any(thread.is_alive() for thread in left), 60)
        assert len(back.spans) == 100


def test_disabled_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    spans, logs = InMemorySpanExporter(), _LOGS()
    agent_sdk.configure("writer", span_exporter=spans, log_exporter=logs)
    with agent_sdk.agent():
        agent_sdk.record_error(ValueError("no"))
    assert agent_sdk.shutdown()
    assert not spans.get_finished_spans()
    assert not logs.get_finished_logs()


def test_a_second_configure_replaces_the_first() -> None:
    first, second = InMemorySpanExporter(), InMemorySpanExporter()
    logs = _LOGS()
    agent_sdk.configure("a", span_exporter=first, log_exporter=logs)
    with agent_sdk.agent():
        pass
    agent_sdk.configure("b", span_exporter=second, log_exporter=logs)
    with agent_sdk.agent():
        pass
    assert agent_sdk.shutdown(60)
    # `configure` waits for the first one's end for 2 s only.
    wait_until(first.get_finished_spans, 60)
    assert [span.name for span in first.get_finished_spans()] == ["invoke_agent a"]
    assert [span.name for span in second.get_finished_spans()] == ["invoke_agent b"]


def test_a_name_that_no_topic_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="Kafka topic"):
        agent_sdk.configure("a/b")


def test_without_configure_nothing_fails() -> None:
    with agent_sdk.agent("writer"), agent_sdk.tool("search"):
        agent_sdk.record_error(ValueError("no"))
    assert agent_sdk.export_stats().spans_exported == 0
