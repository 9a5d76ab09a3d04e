"""Traces and counts queries of ClickHouse; light, for whatever asks the database."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from time import perf_counter

from opentelemetry import trace
from opentelemetry.semconv._incubating.attributes.db_attributes import (
    DB_SYSTEM_NAME,
    DbSystemNameValues,
)
from opentelemetry.semconv.attributes.db_attributes import DB_QUERY_SUMMARY, DB_QUERY_TEXT
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue

from query_service.telemetry.figures import QUERIES, QUERIES_NOW

# Set while a request is traced: what the live poller and the observer ask is not.
tracing_with: ContextVar[Tracer | None] = ContextVar("tracing_with", default=None)


@contextmanager
def query(summary: str, text: str | None = None) -> Iterator[None]:
    """Trace and count one query. `text` has placeholders for values, or is left out."""
    attributes: dict[str, AttributeValue] = {
        DB_SYSTEM_NAME: DbSystemNameValues.CLICKHOUSE.value,
        DB_QUERY_SUMMARY: summary,
    }
    if text is not None:
        attributes[DB_QUERY_TEXT] = text
    tracer = tracing_with.get()
    spanning: AbstractContextManager[Span] = nullcontext(trace.INVALID_SPAN)
    if tracer:
        spanning = tracer.start_as_current_span(
            summary,
            kind=SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,  # its text may have values in it
            set_status_on_exception=False,
        )
    outcome, started = "ok", perf_counter()
    with QUERIES_NOW.track_inprogress(), spanning as span:
        try:
            yield
        except Exception as error:
            outcome = type(error).__name__
            span.set_attribute(ERROR_TYPE, outcome)
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            QUERIES.labels(summary, outcome).observe(perf_counter() - started)
