"""One trace with all that is in it: flat queries give what belongs together, and of copies the one
that counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.models import stored_rows, stored_spans
from query_service.models.handoff import handoff
from query_service.models.values import ns
from query_service.observer.traces import TracesJob
from query_service.routes.context import EVERYTHING, Context, bound
from tests.e2e.answers import OF_A_TRACE
from tests.query_service.engine import Service, load, produced

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER, LAST = "at=2026-11-22T12:05:00Z", "at=2026-11-22T12:29:00Z"


def span(name: str, minute: float, took: float | None, **columns: Any) -> dict[str, Any]:
    """A row of otel_traces of trace t."""
    start = NOON + timedelta(minutes=minute)
    end = None if took is None else start + timedelta(minutes=took)
    return {
        "TraceId": "t",
        "SpanId": name,
        "ParentSpanId": "",
        "SpanName": name,
        "ServiceName": "writer",
        "SpanAttributes": {"gen_ai.agent.name": "Writer"},
        "Timestamp": start,
        "EventTime": start,
        "EndTimestamp": end,
        "Ended": end is not None,
        "ArrivedAt": datetime.now(UTC),
        "Version": 1,
    } | columns


def insert(service: Service, table: str, *rows: dict[str, Any]) -> None:
    """One insert for each row: versions of one are in several parts."""
    for row in rows:
        service.tables.insert(table, [list(row.values())], list(row))


def links(*traces: str) -> dict[str, Any]:
    return {
        "Links.TraceId": list(traces),
        "Links.SpanId": ["x" for _ in traces],
        "Links.TraceState": ["" for _ in traces],
        "Links.Attributes": [{} for _ in traces],
    }


def task(offset: int, message_id: str, minute: int, **more: Any) -> dict[str, Any]:
    """A task of trace t in the queue of Writer."""
    fields = {"message_type": "task", "source_agent": "Planner", "target_agent": "Writer"}
    return produced("agent-queue-writer", offset, message_id=message_id, trace_id="t",
                    timestamp=f"2026-11-22T12:{minute:02}:00", **fields, **more)  # fmt: skip


@pytest.fixture
def full(empty: Service) -> Service:
    """A trace with something of each kind."""
    insert(
        empty,
        "otel_traces",
        span("root", 0, 20, **links("b", "a", "t", "")),
        span("part", 1, None, ParentSpanId="root", **links("a")),
        span("part", 1, 2, ParentSpanId="root", Version=2, **links("a", "a")),
        span("there", 3, 1, TraceId="c", **links("t")),
    )
    event = {"trace_id": "t", "severity": "info", "event_type": "odd", "agent_name": "Writer"}
    load(
        empty.tables,
        [
            task(0, "m1", 2, reason="later"),
            task(1, "m1", 1, reason="first", priority="high"),
            task(2, "m2", 4, reason="recorded too"),
            task(3, "m3", 9, reason="the last"),
            produced("agent-telemetry-handoffs", 0, handoff_id="h2", trace_id="t", reason="record",
                     context={"message_id": "m2"}, timestamp="2026-11-22T12:06:00"),
            produced("agent-telemetry-events", 0, event_id="e1", message="again",
                     timestamp="2026-11-22T12:08:00", **event),
            produced("agent-telemetry-events", 1, event_id="e1", message="earliest",
                     timestamp="2026-11-22T12:03:00", **event),
            produced("agent-telemetry-events", 2, event_id="e2", message="moved",
                     timestamp="2026-11-22T12:07:00", **event),
            produced("agent-telemetry-events", 3, event_id="e2", message="to another trace",
                     timestamp="2026-11-22T12:02:00", **event | {"trace_id": "other"}),
            produced("agent-telemetry-events", 4, event_id="e3", message="last",
                     timestamp="2026-11-22T12:10:00", **event),
        ],
    )  # fmt: skip
    return empty


def reasons(answer: dict[str, Any]) -> list[str]:
    return [handoff["reason"] for handoff in answer["handoffs"]]


def test_it_has_its_parts_once_in_their_order(full: Service) -> None:
    whole = full.get("/api/v1/traces/t")
    assert [span["span_id"] for span in whole["spans"]] == ["root", "part"]
    assert whole["spans"][1]["status"] == "completed"
    assert reasons(whole) == ["first", "record", "the last"]
    assert [event["message"] for event in whole["events"]] == ["earliest", "last"]
    assert [(m["message_id"], m["deliveries"]) for m in whole["messages"]] == [
        ("m1", 2),
        ("m2", 1),
        ("m3", 1),
    ]
    assert [(link["direction"], link["trace_id"], link["span_ids"]) for link in
            whole["linked_traces"]] == [("from", "c", ["there"]), ("to", "a", ["part", "root"]),
                                        ("to", "b", ["root"])]  # fmt: skip


def test_rows_as_they_are_stored_say_the_same_as_rows_with_names(full: Service) -> None:
    insert(
        full,
        "otel_traces",
        span("failed", 4, 1, StatusCode="Error", SpanAttributes={"error.type": "odd"}),
        span("told", 4, -1, SpanAttributes={"agent_telemetry.span.status": "cancelled"}),
        span("recorded", 5, 1, Record='{"status": "waiting"}'),
        span("later", 40, None),
    )
    database = full.web.application.extensions["agent_telemetry"].database
    for at in (NOON + timedelta(minutes=5), EVERYTHING):
        one: dict[str, Any] = {"at": bound(at), "trace_id": "t", "trace_ids": ["t"], "limit": 100}
        spans = stored_spans.spans(database.rows("traces/spans_of", one))
        assert spans == database.rows("traces/spans", one)
        brief = stored_spans.brief(database.rows("traces/brief_of", one))
        assert brief == database.rows("traces/spans_brief", one)
        named = database.rows("traces/messages", one)
        records = database.rows("traces/message_records", one)
        messages = stored_rows.messages(records, ns(at))
        assert [{name: row[name] for name in named[0]} for row in messages] == named
        named = database.rows("traces/task_handoffs", one)
        for sent in (records, database.rows("traces/task_records", one)):
            tasks = stored_rows.tasks(sent, ns(at)) or []
            assert [handoff(row) for row in tasks] == [handoff(row) for row in named]


def test_tasks_are_whole_where_their_rows_by_trace_are_not(full: Service) -> None:
    """Rows of before a migration are there beside their copies; long reasons are cut."""
    shown = full.get("/api/v1/traces/t")["handoffs"]
    assert shown[0]["context"] == {
        "message_id": "m1", "queue_topic": "agent-queue-writer", "priority": "high",
    }  # fmt: skip
    assert shown[0]["target_agent_name"] == "Writer"
    full.tables.command(
        "INSERT INTO trace_messages SELECT * REPLACE ('' AS target_agent, '' AS priority)"
        " FROM trace_messages"
    )
    assert full.get("/api/v1/traces/t")["handoffs"] == shown
    load(full.tables, [task(4, "m4", 11, reason="why " * 100)])
    assert reasons(full.get("/api/v1/traces/t"))[-1] == "why " * 100


def test_a_past_time_has_what_was_there(full: Service) -> None:
    whole = full.get(f"/api/v1/traces/t?{LATER}")
    assert whole["trace"]["status"] == "running"
    assert reasons(whole) == ["first", "recorded too"]
    assert [event["message"] for event in whole["events"]] == ["earliest"]


def test_it_is_the_same_before_and_after_the_observer(full: Service) -> None:
    paths = [f"/api/v1/traces/t{tail}?{at}" for tail in OF_A_TRACE for at in (LATER, LAST)]
    before = [full.get(path) for path in paths]
    context: Context = full.web.application.extensions["agent_telemetry"]
    TracesJob(context.database).run()
    assert [full.get(path) for path in paths] == before
    insert(full, "otel_traces", span("late", 11, 1, ParentSpanId="root"))
    now = full.get(f"/api/v1/traces/t?{LAST}")["trace"]
    assert now["span_count"] == before[1]["trace"]["span_count"] + 1
    TracesJob(context.database).run()
    assert full.get(f"/api/v1/traces/t?{LAST}")["trace"] == now


def test_the_service_shows_its_own_trace_only_when_asked_for_it(empty: Service) -> None:
    own = {"ServiceName": "agent-telemetry-query", "SpanAttributes": {}}
    insert(
        empty,
        "otel_traces",
        span("request", 0, 3, **own),
        span("query", 1, 1, ParentSpanId="request", StatusCode="Error", **own),
    )
    shown = {tail: empty.get(f"/api/v1/traces/t{tail}") for tail in OF_A_TRACE}
    trace = shown[""]["trace"]
    assert (trace["status"], trace["span_count"], trace["failed_spans"]) == ("completed", 2, 1)
    assert trace["total_duration_ms"] == 180_000
    assert shown["/critical-path"]["total_ms"] == 180_000
    assert empty.get("/api/v1/traces?limit=10")["traces"] == []
    assert empty.get("/api/v1/traces/t?at=2026-11-22T12:00:30Z")["trace"]["status"] == "running"
    empty.get("/api/v1/traces/t?at=2026-11-22T11:00:00Z", 404)
