"""Sends tasks again, a few megabytes at a time, and tells of each what became of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError
from opentelemetry.context import Context
from opentelemetry.propagate import inject
from opentelemetry.semconv._incubating.attributes import messaging_attributes as messaging
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import (
    Link,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    format_span_id,
    format_trace_id,
    set_span_in_context,
)

from query_service.db import Row
from query_service.errors import Unavailable
from query_service.kafka_sender import Outgoing, Place, deliver
from query_service.models.redrive import headers, value
from query_service.routes.context import context, database
from query_service.routes.handoff_rows import places
from query_service.routes.redrive_tasks import AT_ONCE, Task, place
from query_service.telemetry import exporting

BYTES_AT_ONCE = 16 * 1024 * 1024
Told = dict[str, Any]
Pair = tuple[Task, Told]


class _Made(NamedTuple):
    """The new message of a task, and the span of its sending."""

    told: Told
    message_id: str
    record: Outgoing
    span: Span


def send(now: datetime, target: str | None, pairs: Sequence[Pair]) -> None:
    """Send these tasks, and write into what is told of each what became of it.

    Raises Unavailable when Kafka has confirmed none of them.
    """
    servers = context().settings.kafka_bootstrap_servers
    for some in _portions(pairs):
        made = _made(now, target, some)
        acks = deliver(servers, [one.record for one in made])
        for one, ack in zip(made, acks, strict=True):
            _tell(one, ack)
        if not {"unconfirmed", "would_send"}.isdisjoint(one.told["outcome"] for one in made):
            break
    outcomes = [told["outcome"] for _, told in pairs]
    if "sent" not in outcomes:
        if tried := outcomes.count("unconfirmed"):
            raise Unavailable(
                f"Kafka confirmed none of {tried} tasks, and may have them all the same: look at "
                "`redrives` of /api/v1/handoffs/{message_id} before trying again",
                retry_after=30,
            )
        if "would_send" in outcomes:
            raise Unavailable(f"Kafka does not answer at {servers}: nothing was sent")
    for _, told in pairs:
        if told["outcome"] == "would_send":
            told |= {"outcome": "left", "reason": "Kafka stopped answering before it was its turn"}


def _portions(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """So many at a time that their bodies fit into memory."""
    some: list[Pair] = []
    for pair in pairs:
        size = sum(task.bytes for task, _ in some) + pair[0].bytes
        if some and (size > BYTES_AT_ONCE or len(some) == AT_ONCE):
            yield some
            some = []
        some.append(pair)
    if some:
        yield some


def _made(now: datetime, target: str | None, pairs: Sequence[Pair]) -> list[_Made]:
    rows = database().rows("handoffs/answer_bodies", places([task.row for task, _ in pairs]))
    bodies = {place(row): row["body"] for row in rows}
    made = []
    for task, told in pairs:
        message_id = str(uuid4())
        record: Row = task.record or {}
        span = _span(task, told["queue"], message_id)
        carrier: dict[str, str] = {}
        inject(carrier, context=set_span_in_context(span, Context()))
        own = span.get_span_context()
        trace = (format_trace_id(own.trace_id), format_span_id(own.span_id))
        try:
            new = value(
                bodies.get(place(task.row), ""),
                message_id,
                now,
                target,
                trace if own.is_valid else None,
            )
        except ValueError as error:
            told |= {"outcome": "refused", "reason": f"its body cannot be read: {error}"}
            _end(span, error)
            continue
        kept = headers(record["kept"], task.message_id, message_id, now, carrier)
        outgoing = Outgoing(told["queue"], message_id.encode(), new, kept)
        made.append(_Made(told, message_id, outgoing, span))
    return made


def _tell(one: _Made, ack: Place | KafkaError | None) -> None:
    told, span = one.told, one.span
    if ack is None:
        _end(span, KafkaTimeoutError())
        return
    if isinstance(ack, Place):
        span.set_attribute(messaging.MESSAGING_DESTINATION_PARTITION_ID, str(ack.partition))
        span.set_attribute(messaging.MESSAGING_KAFKA_OFFSET, ack.offset)
        span.end()
        told |= {"outcome": "sent", "new_message_id": one.message_id, **ack._asdict()}
        return
    why = type(ack).__name__
    _end(span, ack)
    if isinstance(ack, MessageSizeTooLargeError):
        told |= {"outcome": "refused", "reason": f"Kafka takes no record of that size ({why})"}
        return
    reason = f"Kafka did not confirm it ({why}), and may have it all the same"
    told |= {"outcome": "unconfirmed", "reason": reason, "new_message_id": one.message_id}


def _end(span: Span, error: Exception) -> None:
    span.set_attribute(ERROR_TYPE, type(error).__name__)
    span.set_status(StatusCode.ERROR)
    span.end()


def _span(task: Task, queue: str, message_id: str) -> Span:
    """A trace of its own: in the old one, which is over, something would change for those who look
    at a past time."""
    record: Row = task.record or {}
    before = SpanContext(
        trace_id=_number(record["trace_id"], 32),
        span_id=_number(record["span_id"], 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return exporting.of_app().sending.start_span(
        f"redrive {queue}",
        context=Context(),
        kind=SpanKind.PRODUCER,
        attributes={
            messaging.MESSAGING_SYSTEM: messaging.MessagingSystemValues.KAFKA.value,
            messaging.MESSAGING_OPERATION_NAME: "redrive",
            messaging.MESSAGING_OPERATION_TYPE: messaging.MessagingOperationTypeValues.SEND.value,
            messaging.MESSAGING_DESTINATION_NAME: queue,
            messaging.MESSAGING_MESSAGE_ID: message_id,
            "agent_telemetry.redrive.of": task.message_id,
        },
        links=[Link(before)] if before.is_valid else [],
    )


def _number(text: str, digits: int) -> int:
    """The value of an id of so many hex digits; 0, which is no id, of anything else."""
    try:
        return int(text, 16) if len(text) == digits and text.isalnum() else 0
    except ValueError:
        return 0
