"""Bounded, counted export: what is dropped because the Collector is away is known and told."""

import logging
import threading
from collections.abc import Sequence
from typing import Any

from opentelemetry.sdk._logs import ReadableLogRecord, ReadWriteLogRecord
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    LogRecordExporter,
    LogRecordExportResult,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from agent_sdk._ratelimit import RateLimitedWarning

_logger = logging.getLogger("agent_sdk")
_LONGEST_PAUSE = 2


class Backlog:
    """Counts what waits for export and refuses more than `limit`."""

    def __init__(self, what: str, limit: int) -> None:
        self._what = what
        self._limit = limit
        self._lock = threading.Lock()
        self._warn = RateLimitedWarning(_logger)
        self.pending = 0
        self.exported = 0
        self.dropped = 0

    def admit(self) -> bool:
        """False when the backlog is full: the item is dropped and counted."""
        with self._lock:
            if self.pending < self._limit:
                self.pending += 1
                return True
            self.dropped += 1
        self._warn("%d %s dropped: %d wait for export", self.dropped, self._what, self._limit)
        return False

    def finish(self, count: int, exported: bool) -> None:
        """`count` items left the backlog, to the Collector or not."""
        with self._lock:
            self.pending -= count
            if exported:
                self.exported += count
                return
            self.dropped += count
        self._warn("%d %s dropped: the export failed", self.dropped, self._what)


class BoundedSpanProcessor(BatchSpanProcessor):
    """A batch processor that drops the newest span, and counts it, when its backlog is full."""

    def __init__(self, exporter: SpanExporter, backlog: Backlog, delay: int, size: int, queue: int):
        counted = _CountedSpanExporter(exporter, backlog)
        super().__init__(counted, queue, delay, min(size, queue))
        self._backlog = backlog

    def on_end(self, span: ReadableSpan) -> None:
        context = span.context
        if context is not None and context.trace_flags.sampled and self._backlog.admit():
            super().on_end(span)


class BoundedLogProcessor(BatchLogRecordProcessor):
    """The same for log records."""

    def __init__(
        self, exporter: LogRecordExporter, backlog: Backlog, delay: int, size: int, queue: int
    ):
        counted = _CountedLogExporter(exporter, backlog)
        super().__init__(counted, delay, min(size, queue), max_queue_size=queue)
        self._backlog = backlog

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        if self._backlog.admit():
            super().on_emit(log_record)


def retrying_session(seconds: int) -> Session:
    """An HTTP session that repeats a request for about `seconds` while the Collector is away.

    The exporter's own retries end after its timeout, too soon for a restart of the Collector;
    a request that the Collector refuses (400, 413) is not repeated.
    """
    retry = Retry(
        total=seconds // _LONGEST_PAUSE,
        status_forcelist=(429, 502, 503, 504),
        allowed_methods=None,
        backoff_factor=0.1,
        backoff_max=_LONGEST_PAUSE,
        raise_on_status=False,
    )
    session = Session()
    session.mount("http://", HTTPAdapter(max_retries=retry))
    session.mount("https://", HTTPAdapter(max_retries=retry))
    return session


class _CountedSpanExporter(SpanExporter):
    def __init__(self, inner: SpanExporter, backlog: Backlog) -> None:
        self._inner = inner
        self._backlog = backlog

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = SpanExportResult.FAILURE
        try:
            result = self._inner.export(spans)
        finally:
            self._backlog.finish(len(spans), result is SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._inner.force_flush(timeout_millis)


class _CountedLogExporter(LogRecordExporter):
    def __init__(self, inner: LogRecordExporter, backlog: Backlog) -> None:
        self._inner = inner
        self._backlog = backlog

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        result = LogRecordExportResult.FAILURE
        try:
            result = self._inner.export(batch)
        finally:
            self._backlog.finish(len(batch), result is LogRecordExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        inner: Any = self._inner  # its shutdown() has no types
        inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._inner.force_flush(timeout_millis)
