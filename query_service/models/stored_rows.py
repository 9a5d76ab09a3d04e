"""Rows of one trace, made of columns as they are stored, and of each the version that counts.

Naming them, choosing among them and working them out in SQL takes longer to plan than they take to
read.
"""

from collections.abc import Iterable
from typing import Any

from query_service.db import Row
from query_service.models.handoff import of_task
from query_service.models.trace_row import ROOT_WAIT_NS

_SENT = ("key_time", "message_id", "value_hash")
_LONGEST_REASON = 200
_DELIVERY = ("topic", "partition", "offset", "value_hash")


def latest(stored: Iterable[Row], key: str, version: str) -> list[Row]:
    """Of the rows of each key the one that a merge keeps: that of the highest version."""
    found: dict[Any, Row] = {}
    for row in stored:
        known = found.get(row[key])
        if known is None or known[version] < row[version]:
            found[row[key]] = row
    return list(found.values())


def lasted(row: Row, unit: float = 1) -> Any:
    """How long it took in ns, or in a unit of so many; None without an end or before its start."""
    if row["end_ns"] is None or row["end_ns"] < row["start_ns"]:
        return None
    took = row["end_ns"] - row["start_ns"]
    return took if unit == 1 else took / unit


def messages(records: list[Row], at_ns: int) -> list[Row]:
    """Rows of `traces/message_records` as those of `traces/messages` at a time."""
    first: dict[str, Row] = {}
    deliveries: dict[str, set[tuple[Any, ...]]] = {}
    sent = [row for row in records if row["key_time"] <= at_ns]
    for row in sorted(sent, key=lambda row: tuple(row[name] for name in _SENT)):
        first.setdefault(row["message_id"], row)
        came = tuple(row[name] for name in _DELIVERY)
        deliveries.setdefault(row["message_id"], set()).add(came)
    return [
        row | {"sent_at": row["event_time"], "deliveries": len(deliveries[message_id])}
        for message_id, row in first.items()
    ]


def tasks(records: list[Row], at_ns: int) -> list[Row] | None:
    """Tasks among rows of `traces/message_records` as those of `traces/task_handoffs` at a time.

    None when a reason may be longer than it is stored there.
    """
    sent = [row for row in records if row["message_type"] == "task" and row["key_time"] <= at_ns]
    if any(len(row["reason"]) >= _LONGEST_REASON for row in sent):
        return None
    # A row that was stored before there were these columns has its copy with them.
    sent.sort(key=lambda row: (row["target_agent"], row["priority"]), reverse=True)
    sent.sort(key=lambda row: (row["key_time"], -row["value_hash"]))
    first: dict[tuple[str, str], Row] = {}
    for row in sent:
        first.setdefault((row["trace_id"], row["message_id"]), row)
    return [
        {"message_id": row["message_id"], "key_time": row["key_time"], **of_task(row)}
        for row in first.values()
    ]


def summaries(stored: list[Row], at_ns: int, now_ns: int) -> list[Row]:
    """Rows of `traces/summary` that nothing happened to after a time, as those of a list."""
    known = sorted(latest(stored, "bucket", "computed_at"), key=lambda row: row["bucket"])
    return [
        _summary(row, now_ns)
        for row in known
        if not row["is_deleted"] and row["start_ns"] <= at_ns and row["settled_ns"] <= at_ns
    ]


def _summary(row: Row, now_ns: int) -> Row:
    is_awaited = row["awaits_root"] and row["last_sign_ns"] > now_ns - ROOT_WAIT_NS
    status = "running" if is_awaited else row["decided"]
    is_over = status != "running"
    return row | {
        "key_time": row["start_ns"],
        "status": status,
        "ended_at": row["end_time"] if is_over else None,
        "duration_ns": lasted(row) if is_over else None,
    }
