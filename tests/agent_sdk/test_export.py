"""What is dropped is counted, and what waits is bounded."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from agent_sdk._export import Backlog, BoundedLogProcessor, BoundedSpanProcessor
from tests.waiting import wait_until

_LIMIT = 20


class _Spans(SpanExporter):
    """Blocks while `open` is not set; then answers with `result`, or raises."""

    def __init__(self, result: SpanExportResult | None = SpanExportResult.SUCCESS) -> None:
        self.open = threading.Event()
        self.result = result
        self.names: list[str] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.open.wait(90)
        if self.result is None:
            raise OSError("broken exporter")
        self.names.extend(span.name for span in spans)
        return self.result


class _Logs(LogRecordExporter):
    def __init__(self, result: LogRecordExportResult) -> None:
        self.result = result

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        return self.result

    def shutdown(self) -> None:
        """Nothing to close."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


@pytest.fixture
def backlog() -> Backlog:
    return Backlog("spans", _LIMIT)


@pytest.fixture
def tracers() -> Iterator[list[TracerProvider]]:
    made: list[TracerProvider] = []
    yield made
    for provider in made:
        provider.shutdown()


def _provider(made: list[TracerProvider], exporter: SpanExporter, backlog: Backlog) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BoundedSpanProcessor(exporter, backlog, 10, 5, _LIMIT))
    made.append(provider)


def _end_spans(provider: TracerProvider, count: int) -> None:
    tracer = provider.get_tracer("tests")
    for number in range(count):
        tracer.start_span(f"span {number}").end()


def test_a_full_backlog_drops_and_counts(backlog: Backlog, tracers: list[TracerProvider]) -> None:
    exporter = _Spans()
    _provider(tracers, exporter, backlog)
    _end_spans(tracers[0], _LIMIT + 7)
    assert (backlog.pending, backlog.dropped, backlog.exported) == (_LIMIT, 7, 0)
    exporter.open.set()
    wait_until(lambda: backlog.exported == _LIMIT, 30, every=0.01)
    assert exporter.names == [f"span {number}" for number in range(_LIMIT)]
    assert backlog.pending == 0
    _end_spans(tracers[0], 1)
    wait_until(lambda: backlog.exported == _LIMIT + 1, 30, every=0.01)


@pytest.mark.parametrize("result", [SpanExportResult.FAILURE, None])
def test_a_failed_export_is_counted(
    backlog: Backlog,
    tracers: list[TracerProvider],
    result: SpanExportResult | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    exporter = _Spans(result)
    exporter.open.set()
    _provider(tracers, exporter, backlog)
    _end_spans(tracers[0], 3)
    wait_until(lambda: backlog.dropped == 3, 30, every=0.01)
    assert (backlog.pending, backlog.exported) == (0, 0)
    # It is told after it was counted, in the exporting thread.
    wait_until(lambda: "spans dropped: the export failed" in caplog.text, 30, every=0.01)


def test_a_span_that_is_not_sampled_takes_no_room(backlog: Backlog) -> None:
    exporter = _Spans()
    exporter.open.set()
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    provider.add_span_processor(BoundedSpanProcessor(exporter, backlog, 10, 5, _LIMIT))
    _end_spans(provider, _LIMIT * 2)
    provider.shutdown()
    assert (backlog.pending, backlog.dropped, exporter.names) == (0, 0, [])


@pytest.mark.parametrize(
    ("result", "exported", "dropped"),
    [(LogRecordExportResult.SUCCESS, 2, 0), (LogRecordExportResult.FAILURE, 0, 2)],
)
def test_log_records_are_counted_too(
    result: LogRecordExportResult, exported: int, dropped: int
) -> None:
    backlog = Backlog("log records", _LIMIT)
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(BoundedLogProcessor(_Logs(result), backlog, 10, 5, _LIMIT))
    for _ in range(2):
        provider.get_logger("tests").emit(event_name="tests.event")
    provider.shutdown()
    assert (backlog.exported, backlog.dropped, backlog.pending) == (exported, dropped, 0)
