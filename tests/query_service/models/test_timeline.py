"""The timeline of a trace."""

from datetime import UTC, timedelta
from itertools import permutations

from query_service.models.timeline import timeline
from query_service.routes.context import EVERYTHING
from tests.query_service.rows import END, START, event_row, handoff_row, span_row


def test_the_order_is_ascending_and_does_not_depend_on_that_of_the_rows() -> None:
    spans = [span_row(), span_row(span_id="s2", start_time=END, end_time=None, status="running")]
    events = [event_row(), event_row(event_id="e0")]
    shown = [
        timeline(list(s), list(e), [handoff_row()], EVERYTHING)
        for s in permutations(spans)
        for e in permutations(events)
    ]
    assert all(other == shown[0] for other in shown)
    kinds = [entry["type"] for entry in shown[0]]
    assert kinds == ["span_start", "span_start", "event", "event", "handoff", "span_end"]
    assert shown[0][0]["timestamp"] == "2026-11-22T11:50:30"


def test_an_end_shows_only_when_it_has_come() -> None:
    at = START.replace(tzinfo=UTC) + timedelta(seconds=1)
    assert [e["type"] for e in timeline([span_row()], [], [], at)] == ["span_start"]
