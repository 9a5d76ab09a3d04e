"""The story of one handoff: what happened to it, in order."""

from collections.abc import Collection, Sequence
from typing import Any

from query_service.db import Row
from query_service.models.values import iso, normalise, or_none, parse, utc

Entry = dict[str, Any]


def below(
    spans: Sequence[Row], message_id: str, answers: Collection[str]
) -> tuple[list[Row], set[str]]:
    """Spans that sent or processed a message or its answers, and all that ran below the processing
    ones; with their ids."""
    named = {message_id, *answers}
    chosen = {row["span_id"] for row in spans if row["message_id"] in named}
    grows = {
        row["span_id"]
        for row in spans
        if row["message_id"] == message_id and row["otel_kind"] != "Producer"
    }
    children: dict[str, list[str]] = {}
    for row in spans:
        children.setdefault(row["parent_span_id"], []).append(row["span_id"])
    waiting = list(grows)
    while waiting:
        for child in children.get(waiting.pop(), []):
            if child not in grows:
                grows.add(child)
                waiting.append(child)
    ids = chosen | grows
    return [row for row in spans if row["span_id"] in ids], ids


def course_row(deliveries: Sequence[Row], answers: Sequence[Row], signs: Sequence[Row]) -> Row:
    """What `course` needs, of the parts of one handoff; no topic when no task is known."""
    task = next((row for row in deliveries if row["message_type"] == "task"), None)
    if task is None:
        return {"message_id": "", "topic": ""}
    first = answers[0] if answers else None
    return {
        "message_id": task["message_id"],
        "topic": task["topic"],
        "partition": task["partition"],
        "offset": task["offset"],
        "priority": task["priority"],
        "agent": task["agent"],
        "sent_at": task["event_time"],
        "ttl_seconds": task["ttl_seconds"],
        "answers": sum(row["message_type"] != "redrive" for row in answers),
        "answer_type": first["message_type"] if first else "",
        "answered_at": first["event_time"] if first else None,
        "answered_by": first["source"] if first else "",
        "answer_message_id": first["message_id"] if first else "",
        "signs": [(s["event_time"], s["event_name"], normalise(s["agent_name"])) for s in signs],
    }


def story(
    deliveries: Sequence[Row],
    passed: Sequence[Row],
    signs: Sequence[Row],
    spans: Sequence[Row],
    errors: Sequence[Row],
    answers: Sequence[Row],
) -> list[Entry]:
    """All that happened, by time; at the same time in the order of a handoff."""
    told = [_delivery(row, number) for number, row in enumerate(deliveries)]
    told += [_span(row) for row in spans]
    told += [_passed(row) for row in passed]
    told += [_sign(row) for row in signs if row["event_name"] != "process"]
    told += [_error(row) for row in errors]
    replies = [row for row in answers if row["message_type"] != "redrive"]
    told += [_answer(row, number) for number, row in enumerate(replies)]
    told += [_redrive(row) for row in answers if row["message_type"] == "redrive"]
    return sorted(told, key=lambda entry: str(entry["timestamp"]).ljust(26, "."))


def _entry(kind: str, time: Any, agent: str | None, **data: Any) -> Entry:
    return {"type": kind, "timestamp": iso(time), "agent": agent or None, "data": data}


def _delivery(row: Row, number: int) -> Entry:
    return _entry(
        "message" if not number else "delivery",
        row["event_time"],
        row["source"],
        message=parse(row["body"]),
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        cause_message_id=or_none(row["cause_message_id"]),
        conversation_id=or_none(row["conversation_id"]),
        arrived_at=iso(row["arrived_at"]),
        oddities=row["oddities"],
    )


def _passed(row: Row) -> Entry:
    return _entry(
        "consumed",
        row["passed_at"],
        None,
        consumer_group=row["consumer_group"],
        committed_offset=row["committed"],
    )


def _sign(row: Row) -> Entry:
    return _entry(
        "state",
        row["event_time"],
        row["agent_name"],
        event_type=row["event_name"],
        event_id=row["event_id"],
        outcome=or_none(row["outcome"]),
    )


def _span(row: Row) -> Entry:
    ended = row["end_time"]
    took = None if ended is None else (utc(ended) - utc(row["start_time"])).total_seconds() * 1e3
    return _entry(
        "span",
        row["start_time"],
        row["agent_name"],
        span_id=row["span_id"],
        parent_span_id=or_none(row["parent_span_id"]),
        name=row["name"],
        span_kind=row["kind"],
        message_id=or_none(row["message_id"]),
        ended_at=iso(ended),
        duration_ms=took,
        is_failed=row["status_code"] == "Error",
        status_message=or_none(row["status_message"]),
    )


def _error(row: Row) -> Entry:
    names = ("error_id", "error_type", "error_message", "severity", "span_id")
    return _entry("error", row["event_time"], row["agent_name"], **{n: row[n] for n in names})


def _redrive(row: Row) -> Entry:
    return _entry("redrive", row["event_time"], None, message_id=row["message_id"])


def _answer(row: Row, number: int) -> Entry:
    return _entry(
        "answer" if not number else "later_answer",
        row["event_time"],
        row["source"],
        message_id=row["message_id"],
        message_type=row["message_type"],
        deliveries=row["deliveries"],
        message=parse(row["body"]) if row["body"] else None,
    )
