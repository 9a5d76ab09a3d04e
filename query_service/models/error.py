"""DetailedErrors, their groups and their counts."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from query_service.db import Row
from query_service.models.values import iso, or_none, record

_UNKNOWN: dict[str, Any] = {
    "error_id": None,
    "severity": "error",
    "category": "unknown",
    "error_type": None,
    "error_message": None,
    "error_code": None,
    "stack_trace": None,
    "trace_id": None,
    "span_id": None,
    "agent_name": None,
    "agent_id": None,
    "operation": None,
    "input_data": {},
    "partial_output": None,
    "model_name": None,
    "prompt_preview": None,
    "token_count": None,
    "tool_name": None,
    "tool_parameters": {},
    "timestamp": None,
    "duration_before_error_ms": None,
    "is_retryable": False,
    "retry_count": 0,
    "max_retries": 0,
    "suggested_fixes": [],
    "related_docs": [],
    "environment": None,
    "service_name": None,
    "host": None,
}


def _complete(fields: dict[str, Any], row: Row) -> dict[str, Any]:
    """All keys of a DetailedError: what its sender left out comes from where it was found."""
    found = {
        "error_id": row["error_id"],
        "trace_id": or_none(row["trace_id"]),
        "span_id": or_none(row["span_id"]),
        "agent_name": or_none(row["agent_name"]),
        "timestamp": iso(row["event_time"]),
        "service_name": or_none(row["service_name"]),
    }
    said = {key: value for key, value in fields.items() if value not in (None, "")}
    return {**_UNKNOWN, **found, **said}


def error(row: Row) -> dict[str, Any]:
    """A DetailedError; beside it the failure that it reports, and that failure's other reports.

    A record of the errors topic is as it came; others are filled up to the same keys.
    """
    fields = record(row["record"])
    if row["origin"] != "errors_topic":
        fields = _complete(fields, row)
    beside = {
        "error_id": row["error_id"],
        "failure_id": row["failure_id"],
        "reports": row["reports"],
        "report_ids": row["report_ids"],
        "fingerprint": row["fingerprint"],
    }
    if row["oddities"]:
        beside["oddities"] = row["oddities"]
    return {**beside, **fields}


def summary(rows: Iterable[Row]) -> dict[str, Any]:
    """ErrorSummaryCounts of failures, by rows for each severity, category and agent; and how many
    reports they were told by."""
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("severity", "category", "agent_name")
    }
    reports = 0
    for row in rows:
        counts[row["name"]][row["value"]] += row["failures"]
        reports += row["reports"] if row["name"] == "severity" else 0
    return {
        "total_errors": counts["severity"].total(),
        "total_reports": reports,
        "by_severity": dict(counts["severity"]),
        "by_category": dict(counts["category"]),
        "by_agent": dict(counts["agent_name"]),
    }


def total_of(rows: Iterable[Row]) -> dict[str, Any]:
    """Totals of all failures by the rows of their summary; and the latest arrival of one."""
    by_severity = [row for row in rows if row["name"] == "severity"]
    return {
        "total": sum(row["failures"] for row in by_severity),
        "total_reports": sum(row["reports"] for row in by_severity),
        "arrived_until": max((row["arrived_until"] for row in by_severity), default=0),
        "from_time": None,
    }
