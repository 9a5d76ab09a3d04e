"""Errors: one failure with its reports."""

import json
from pathlib import Path

from query_service.models.error import error, summary
from tests.query_service.rows import error_row

EXAMPLE = Path(__file__).parents[2] / "data/rest-examples/errors_id.json"
ERROR_KEYS = set(json.loads(EXAMPLE.read_text())[0]["response"]["body"]["error"])
BESIDE = {"failure_id", "reports", "report_ids", "fingerprint"}


def test_an_error_of_a_log_event_has_every_key() -> None:
    shown = error(error_row())
    assert shown.keys() - BESIDE == ERROR_KEYS
    assert (shown["trace_id"], shown["agent_name"]) == ("t1", "Researcher")
    assert shown["stack_trace"] is None
    assert shown["timestamp"] == "2026-11-22T11:50:33"


def test_a_record_of_the_errors_topic_is_as_it_came() -> None:
    text = '{"error_id":"x1","timestamp":null,"own":1}'
    shown = error(error_row(origin="errors_topic", record=text, oddities=["odd"]))
    assert shown.keys() - BESIDE == {"error_id", "timestamp", "own", "oddities"}
    assert shown["timestamp"] is None


def test_the_summary_counts_failures_and_says_how_many_reports_told_them() -> None:
    counted = [
        ("severity", "error", 3, 9),
        ("category", "a", 2, 8),
        ("category", "b", 1, 1),
        ("agent_name", "A", 2, 8),
        ("agent_name", "unknown", 1, 1),
    ]
    rows = [
        dict(zip(("name", "value", "failures", "reports"), row, strict=True)) for row in counted
    ]
    assert summary(rows) == {
        "total_errors": 3,
        "total_reports": 9,
        "by_severity": {"error": 3},
        "by_category": {"a": 2, "b": 1},
        "by_agent": {"A": 2, "unknown": 1},
    }
