"""Every order of every list: sorted, and by pages the same as at once, with many equal rows."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.query_service.engine import Service, load, produced, service
from tests.query_service.test_handoffs import DAY, sent, traffic

URGENCY = ["critical", "high", "normal", "low"]


class Listed(NamedTuple):
    """A list: its path, its field in the answer, the id of a row, and what each order is by.

    Rows go up by it; a `-` turns them around. `rows` is how many there are.
    """

    path: str
    field: str
    identity: str
    rows: int
    orders: dict[str, Callable[[dict[str, Any]], Any]]


def _time(name: str) -> Callable[[dict[str, Any]], Any]:
    """Newest first, as something that goes up."""
    return lambda row: [-ord(letter) for letter in row[name]]


LISTS = {
    "queues": Listed(
        "/api/v1/queues",
        "queues",
        "agent_name",
        8,
        {
            "agent": lambda q: q["agent_name"],
            "pending": lambda q: -q["pending_tasks"],
            "waiting": lambda q: -(q["oldest_waiting_seconds"] or 0),
            "lag": lambda q: -(q["consumer_lag"] or 0),
            "activity": _time("last_activity"),
        },
    ),
    "messages": Listed(
        "/api/v1/queues/writer", "messages", "message_id", 24, {"time": _time("timestamp")}
    ),
    "pending": Listed(
        "/api/v1/queues/writer/pending",
        "tasks",
        "message_id",
        6,
        {
            "waiting": lambda t: -t["waiting_seconds"],
            "priority": lambda t: (URGENCY.index(t["priority"]), -t["waiting_seconds"]),
        },
    ),
    "agents": Listed(
        "/api/v1/agents",
        "agents",
        "agent_name",
        8,
        {
            "name": lambda a: a["agent_name"],
            "last_seen": _time("last_seen"),
            "messages": lambda a: -a["messages_sent"] - a["messages_received"],
        },
    ),
    "handoffs": Listed(
        "/api/v1/handoffs", "handoffs", "message_id", 30, {"sent": _time("timestamp")}
    ),
    "answered": Listed(
        "/api/v1/handoffs",
        "handoffs",
        "message_id",
        18,
        {"duration": lambda h: -h["duration_seconds"]},
    ),
    "graph": Listed(
        "/api/v1/graph",
        "edges",
        "edge",
        7,
        {
            "tasks": lambda e: -e["tasks"],
            "failed": lambda e: -e["failed"],
            "open": lambda e: -e["open"],
            "p95": lambda e: -(e["p95_seconds"] or 0),
            "agent": lambda e: (e["source"], e["target"]),
        },
    ),
    "errors": Listed("/api/v1/errors", "errors", "error_id", 18, {"time": _time("timestamp")}),
    "errors of an agent": Listed(
        "/api/v1/errors/agent/writer", "errors", "error_id", 18, {"time": _time("timestamp")}
    ),
    "groups": Listed(
        "/api/v1/errors/groups",
        "groups",
        "fingerprint",
        5,
        {
            "count": lambda g: -g["failures"],
            "last_seen": _time("last_seen"),
            "first_seen": _time("first_seen"),
        },
    ),
    "events": Listed("/api/v1/events", "events", "event_id", 10, {"time": _time("timestamp")}),
    "traces": Listed("/api/v1/traces", "traces", "trace_id", 10, {"start": _time("start_time")}),
    "metrics": Listed(
        "/api/v1/metrics/spans", "metrics", "span_id", 10, {"time": _time("timestamp")}
    ),
}
CASES = [
    (name, sign + order, at)
    for name, listed in LISTS.items()
    for order in listed.orders
    for sign in ("", "-")
    for at in ("", "&at=2026-11-22T12:20:00")
]


def records() -> list[Any]:
    """Many rows of each kind, at few different times."""
    found = traffic()
    for n in range(6):
        found.append(sent(200 + n, f"o{n}", "planner", f"w{n}", "12:05:00"))
    for n in range(12):
        time = f"{DAY}12:02:{n // 4:02}"
        found.append(produced(
            "agent-telemetry-errors", n, error_id=f"e{n:02}", error_type=f"Error{'ABCD'[n % 4]}",
            error_message="odd", agent_name="Writer", trace_id=f"e-{n}", severity="error",
            timestamp=time,
        ))  # fmt: skip
    for n in range(10):
        time = f"{DAY}12:03:{n // 4:02}"
        found.append(produced(
            "agent-telemetry-events", n, event_id=f"v{n}", event_type="step", severity="info",
            agent_name="Writer", message="step", trace_id=f"s-{n}", timestamp=time,
        ))  # fmt: skip
        found.append(produced(
            "agent-telemetry-spans", n, span_id=f"s{n}", trace_id=f"s-{n}", agent_name="Writer",
            span_kind="task", status="completed", start_time=time,
            end_time=f"{DAY}12:04:{n % 3:02}",
        ))  # fmt: skip
        found.append(produced(
            "agent-telemetry-metrics", n, trace_id=f"s-{n}", agent_name="Writer",
            timestamp=f"{DAY}12:04:{n % 3:02}", metrics={"span_id": f"s{n}", "duration_ms": 1},
        ))  # fmt: skip
    return found


@pytest.fixture(scope="module")
def filled(embedded_clickhouse: str) -> Iterator[Service]:
    """A service over these records, which came twice."""
    made = service(embedded_clickhouse)
    load(made.tables, records())
    load(made.tables, records()[::2])
    yield made
    made.tables.close()


def identity(listed: Listed, row: dict[str, Any]) -> str:
    """The id of a row; of metrics it is that of the span, of the graph both agents."""
    if listed.identity == "edge":
        return f"{row['source']} {row['target']}"
    found = row[listed.identity] if listed.identity in row else row["metrics"]["span_id"]
    return str(found)


@pytest.mark.parametrize(("name", "sort", "at"), CASES)
def test_pages_are_in_order_and_have_each_row_once(
    filled: Service, name: str, sort: str, at: str
) -> None:
    listed = LISTS[name]
    path = f"{listed.path}?sort={sort}{at}"
    whole = filled.get(f"{path}&limit=100")[listed.field]
    assert len({identity(listed, row) for row in whole}) == len(whole) == listed.rows
    keys = [listed.orders[sort.removeprefix("-")](row) for row in whole]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    found: list[str] = []
    cursor = ""
    for _ in range(-(-listed.rows // 4)):
        answer = filled.get(f"{path}&limit=4{cursor}")
        found += [identity(listed, row) for row in answer[listed.field]]
        cursor = f"&cursor={answer['next_cursor']}"
    assert answer["next_cursor"] is None
    assert found == [identity(listed, row) for row in whole]


def test_the_usual_order_needs_no_name(filled: Service) -> None:
    for listed in LISTS.values():
        first = next(iter(listed.orders))
        if first != "duration":
            usual = filled.get(f"{listed.path}?at=2026-11-22T12:20:00")
            named = filled.get(f"{listed.path}?at=2026-11-22T12:20:00&sort={first}")
            assert named == usual


def test_a_cursor_of_another_order_is_refused(filled: Service) -> None:
    cursor = filled.get("/api/v1/events?limit=1")["next_cursor"]
    refused = filled.get(f"/api/v1/events?limit=1&sort=-time&cursor={cursor}", status=422)
    assert "belongs to sort=time" in refused["detail"]
    filled.get("/api/v1/events?sort=text", status=422)


@pytest.mark.parametrize("path", ["errors", "queues/writer", "queues/writer/pending", "graph"])
def test_a_cursor_of_another_list_or_filter_is_refused(filled: Service, path: str) -> None:
    cursor = filled.get("/api/v1/events?limit=1&severity=info")["next_cursor"]
    filled.get(f"/api/v1/events?limit=9&severity=info&cursor={cursor}")
    for other in (f"{path}?", "events?", "events?severity=debug&"):
        refused = filled.get(f"/api/v1/{other}cursor={cursor}", status=422)
        assert "cursor: belongs to" in refused["detail"]


def test_an_agent_of_a_cursor_may_be_written_in_any_case(filled: Service) -> None:
    cursor = filled.get("/api/v1/queues/writer?limit=1")["next_cursor"]
    filled.get(f"/api/v1/queues/Writer?limit=1&cursor={cursor}")


def test_filters_of_queues_agents_and_pending_tasks(filled: Service) -> None:
    queues = filled.get("/api/v1/queues?agent_name=W&state=unknown")["queues"]
    assert [q["agent_name"] for q in queues] == ["w0", "w1", "w2", "w3", "w4", "w5", "writer"]
    assert filled.get("/api/v1/queues?state=lost")["queues"] == []
    agents = filled.get(f"/api/v1/agents?agent_name=w&since={DAY}12:05:00")["agents"]
    assert [a["agent_name"] for a in agents] == ["w0", "w1", "w2", "w3", "w4", "w5"]
    pending = filled.get("/api/v1/queues/writer/pending?priority=high")
    assert (pending["pending_count"], pending["tasks"]) == (0, [])
    window = f"since={DAY}12:00:04&until={DAY}12:00:08&source=Planner&state=unknown"
    pending = filled.get(f"/api/v1/queues/writer/pending?{window}")
    assert [t["message_id"] for t in pending["tasks"]] == ["m08", "m12"]
    messages = filled.get(f"/api/v1/queues/writer?since={DAY}12:00:04&until={DAY}12:00:05")
    assert {m["message_id"] for m in messages["messages"]} == {"m08", "m09"}


@pytest.mark.parametrize("at", ["", "&at=2026-11-22T12:20:00"])
@pytest.mark.parametrize("sort", ["count", "errors", "p95", "tokens", "cost"])
def test_the_summary_of_spans_has_orders(filled: Service, sort: str, at: str) -> None:
    assert len(filled.get(f"/api/v1/metrics/spans?summary_sort={sort}{at}")["summary"]) == 1


def test_what_is_found_can_be_sorted_by_time(filled: Service) -> None:
    items = filled.get("/api/v1/search?q=odd&sort=time")["items"]
    times = [item["time"] for item in items]
    assert times and times == sorted(times, reverse=True)
