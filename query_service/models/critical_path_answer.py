"""The critical path as it is answered, and the spans and messages that it is made of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from query_service.db import Row
from query_service.models.critical_path import Node, Path, Sent
from query_service.models.span import ended
from query_service.models.values import iso, utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_SEGMENTS = 1000
_MS = 1_000_000


def _ns(time: datetime) -> int:
    return (utc(time) - EPOCH) // timedelta(microseconds=1) * 1000


def _iso(time: int) -> str | None:
    return iso(EPOCH + timedelta(microseconds=time // 1000))


NO_PATH: dict[str, Any] = {
    "start_time": None,
    "end_time": None,
    "total_ms": None,
    "path": [],
    "path_omitted": 0,
    "by_span": [],
    "missing_parents": 0,
    "cycles": 0,
    "clock_skew": 0,
}
"""Of a trace without spans and tasks: it is known by its record or its answers alone."""


def nodes_of_spans(rows: list[Row], at: datetime, now: datetime) -> list[Node]:
    """Spans; one that had not ended at `at` reaches to `now`."""
    return [
        Node(
            span_id=row["span_id"],
            parent_id=row["parent_span_id"],
            name=row["name"],
            agent_name=row["agent_name"],
            kind=row["kind"],
            start=_ns(row["start_time"]),
            end=_ns(_end(row, at, now)),
            is_open=not ended(row, at),
            message_id=row["message_id"],
        )
        for row in rows
    ]


def _end(row: Row, at: datetime, now: datetime) -> datetime:
    if not ended(row, at):
        return max(now, utc(row["start_time"]))
    return utc(row["end_time"] or row["start_time"])


def nodes_of_tasks(messages: list[Row], now: datetime) -> list[Node]:
    """Tasks, from their sending to their first answer, for a trace without spans."""
    answers: dict[str, datetime] = {}
    for row in messages:
        if row["parent_message_id"]:
            answers.setdefault(row["parent_message_id"], row["sent_at"])
    return [
        Node(
            span_id=row["message_id"],
            parent_id="",
            name=row["reason"] or "task",
            agent_name=row["agent"],
            kind="message",
            start=_ns(row["sent_at"]),
            end=_ns(answers.get(row["message_id"], max(now, utc(row["sent_at"])))),
            is_open=row["message_id"] not in answers,
            message_id=row["message_id"],
        )
        for row in messages
        if row["message_type"] == "task"
    ]


def sent_messages(messages: list[Row]) -> dict[str, Sent]:
    """When each message was sent, and in which span."""
    return {row["message_id"]: Sent(_ns(row["sent_at"]), row["span_id"]) for row in messages}


def critical_path_answer(path: Path) -> dict[str, Any]:
    """The path: its pieces, and the own time of each span on it, longest first."""
    total = path.end - path.start
    own: dict[tuple[str, str], int] = {}
    nodes = {segment.node.span_id: segment.node for segment in path.segments}
    for segment in path.segments:
        key = (segment.node.span_id, segment.kind)
        own[key] = own.get(key, 0) + segment.end - segment.start
    ranked = sorted(own.items(), key=lambda item: (-item[1], item[0]))
    pieces = [
        {
            **_piece(s.kind, s.node, s.end - s.start, total),
            "start_time": _iso(s.start),
            "end_time": _iso(s.end),
        }
        for s in path.segments
    ]
    return {
        "start_time": _iso(path.start),
        "end_time": _iso(path.end),
        "total_ms": total / _MS,
        "path": pieces[-MOST_SEGMENTS:],
        "path_omitted": max(0, len(pieces) - MOST_SEGMENTS),
        "by_span": [
            _piece(kind, nodes[span_id], length, total)
            for (span_id, kind), length in ranked[:MOST_SEGMENTS]
        ],
        "missing_parents": path.missing_parents,
        "cycles": path.cycles,
        "clock_skew": path.clock_skew,
    }


def _piece(kind: str, node: Node, length: int, total: int) -> dict[str, Any]:
    return {
        "type": kind,
        "span_id": node.span_id,
        "name": node.name,
        "agent_name": node.agent_name,
        "kind": node.kind,
        "message_id": node.message_id or None,
        "is_open": node.is_open,
        "self_ms": length / _MS,
        "share": round(length / total, 6) if total else 0.0,
    }
