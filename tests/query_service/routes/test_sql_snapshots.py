"""Which SQL files each request runs, with which bound parameters.

The snapshots are written anew by `python -m tests.query_service.routes.test_sql_snapshots`.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from query_service.db import DETECTORS
from query_service.diagnose.declaration import declarations
from query_service.models.cursor import Cursor
from tests.query_service.client import NOW, client
from tests.query_service.fake_database import ALWAYS, FakeDatabase
from tests.query_service.rows import handoff_place, handoff_row, task_place, trace_row

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
CURSOR = Cursor(at=NOW, now=NOW, arrived_until=7, after_time=5, after_id="x1").encode()
OLDEST = Cursor(at=NOW, now=NOW, after_time=10**18, after_id="7", sort="-time").encode()
TURNED = Cursor(at=NOW, now=NOW, arrived_until=7, after_id="x1", sort="-start").encode()
AT = "at=2026-11-22T11:50:30.5"
REQUESTS = {
    "queues": "/api/v1/queues",
    "queues_settled": "/api/v1/queues",
    "queues_at": f"/api/v1/queues?{AT}",
    "queue": "/api/v1/queues/Code%20Helper",
    "queue_settled": "/api/v1/queues/Researcher",
    "queue_filtered": f"/api/v1/queues/researcher?message_type=task&limit=7&{AT}",
    "pending": "/api/v1/queues/Researcher/pending",
    "pending_settled": "/api/v1/queues/Researcher/pending",
    "pending_at": "/api/v1/queues/researcher/pending?limit=0&at=-15m",
    "errors": "/api/v1/errors",
    "errors_filtered": "/api/v1/errors?trace_id=t&severity=error&category=llm_error"
    "&agent_name=Code%20Helper&since=-1h&until=2026-11-22T12:00:00%2B01:00&limit=3&" + AT,
    "errors_next_page": f"/api/v1/errors?cursor={CURSOR}",
    "errors_summary": f"/api/v1/errors/summary?{AT}",
    "errors_agent": "/api/v1/errors/agent/Researcher?limit=2",
    "error": "/api/v1/errors/x1",
    "error_groups": "/api/v1/errors/groups?agent_name=A%20B&severity=error&new_since=1h"
    "&sort=last_seen&limit=3&since=2026-11-22T00:00:00&" + AT,
    "error_groups_settled": "/api/v1/errors/groups",
    "error_group": "/api/v1/errors/groups/8f14e45fceea167a",
    "traces": "/api/v1/traces",
    "traces_filtered": "/api/v1/traces?session_id=s&user_id=u&status=failed&agent_name=A%20B"
    "&model=m&error=true&min_duration_ms=1.5&max_duration_ms=2e3&text=x&attribute=a=b=c"
    f"&since=1h&until=1m&sort=duration&spans=3&limit=2&{AT}",
    "traces_settled": "/api/v1/traces",
    "traces_next_page": f"/api/v1/traces?spans=0&cursor={CURSOR}",
    "traces_one": "/api/v1/traces?trace_id=t1",
    "trace": f"/api/v1/traces/t1?{AT}",
    "trace_spans": "/api/v1/traces/t1/spans",
    "trace_timeline": "/api/v1/traces/t1/timeline",
    "trace_graph": f"/api/v1/traces/t1/graph?{AT}",
    "trace_critical_path": f"/api/v1/traces/t1/critical-path?{AT}",
    "trace_errors": "/api/v1/traces/t1/errors",
    "oracle_workload": f"/api/v1/oracle/workload?{AT}",
    "oracle_state": "/api/v1/oracle/state",
    "oracle_state_settled": "/api/v1/oracle/state?strict=false",
    "oracle_state_at": f"/api/v1/oracle/state?format=summary&{AT}",
    "oracle_validate": "/api/v1/oracle/validate",
    "oracle_issues": "/api/v1/oracle/issues",
    "oracle_agents": "/api/v1/oracle/agents",
    "oracle_queues": "/api/v1/oracle/queues",
    "oracle_history": f"/api/v1/oracle/history?from=10m&to={AT.removeprefix('at=')}&step=2m",
    "oracle_diff": f"/api/v1/oracle/diff?to={AT.removeprefix('at=')}",
    "oracle_llm": f"/api/v1/oracle/llm?{AT}",
    "metrics": "/api/v1/metrics",
    "metrics_settled": "/api/v1/metrics",
    "metrics_at": f"/api/v1/metrics?{AT}",
    "metrics_spans": "/api/v1/metrics/spans?trace_id=t&agent_name=A&limit=0",
    "metrics_spans_settled": "/api/v1/metrics/spans",
    "metrics_spans_cut": "/api/v1/metrics/spans?since=2026-11-22T09:05:00"
    "&until=2026-11-22T11:58:00",
    "metrics_spans_ended": "/api/v1/metrics/spans?limit=3",
    "metrics_spans_ended_oldest": "/api/v1/metrics/spans?sort=-time",
    "metrics_spans_minutes": f"/api/v1/metrics/spans?name=x&since=1h&until=1m&step=1m&{AT}",
    "metrics_spans_fine": "/api/v1/metrics/spans?since=1h&step=5m",
    "metrics_spans_series": f"/api/v1/metrics/spans?step=1h&cursor={CURSOR}",
    "handoffs": "/api/v1/handoffs?trace_id=t&agent_name=A%20B&source=A&target=B&priority=high",
    "handoffs_next_page": f"/api/v1/handoffs?cursor={CURSOR}&outcome=failed&limit=3",
    "handoff": "/api/v1/handoffs/m1",
    "graph": "/api/v1/graph?agent_name=A%20B",
    "graph_settled": "/api/v1/graph?agent_name=A%20B",
    "graph_at": f"/api/v1/graph?since=2h&until=1h&{AT}",
    "graph_at_settled": f"/api/v1/graph?{AT}",
    "events": "/api/v1/events?trace_id=t&agent_name=A&event_type=x&severity=warning&text=y&limit=9",
    "queue_oldest": f"/api/v1/queues/researcher?sort=-time&cursor={OLDEST}",
    "pending_urgent": "/api/v1/queues/researcher/pending?sort=priority&state=queued&source=A",
    "errors_oldest": "/api/v1/errors?sort=-time",
    "traces_oldest": f"/api/v1/traces?sort=-start&cursor={TURNED}",
    "traces_shortest": "/api/v1/traces?sort=-duration",
    "metrics_spans_oldest": "/api/v1/metrics/spans?sort=-time&summary_sort=p95",
    "handoffs_oldest": "/api/v1/handoffs?sort=-sent",
    "handoffs_longest": "/api/v1/handoffs?sort=duration&target=B",
    "handoffs_longest_settled": "/api/v1/handoffs?sort=duration",
    "events_oldest": "/api/v1/events?sort=-time",
    "error_groups_first": "/api/v1/errors/groups?sort=-first_seen",
    "search": "/api/v1/search?q=Draft%20tea&since=-1h",
    "search_newest": "/api/v1/search?q=draft%20about%20tea&sort=time",
    "search_kinds": f"/api/v1/search?q=ABCDEF12&kinds=span&kinds=event&limit=3&{AT}",
    "search_no_words": "/api/v1/search?q=%27%3B--",
    "oracle_schema": "/api/v1/oracle/schema",
    "trace_context": "/api/v1/trace-context/create",
    "otlp_status": "/api/v1/otlp/status",
    "sampling": "/api/v1/sampling/metrics",
    "diagnose": f"/api/v1/claude/diagnose?time_window_minutes=60&agent=A%20B&{AT}",
    "claude_errors": f"/api/v1/claude/errors?include_raw_errors=true&{AT}",
    "claude_slow_traces": f"/api/v1/claude/slow-traces?threshold_ms=100&{AT}",
    "claude_rate_limits": f"/api/v1/claude/rate-limits?{AT}",
    "claude_actions": f"/api/v1/claude/actions?{AT}",
    "claude_changes": f"/api/v1/claude/changes?from=2h&to={AT.removeprefix('at=')}",
    "claude_context": f"/api/v1/claude/context/t1?{AT}",
    "findings": f"/api/v1/findings?kind=stuck_task&agent=A%20B&severity=high&state=open&{AT}",
    "findings_oldest": f"/api/v1/findings?sort=-time&limit=3&cursor={OLDEST}",
    "finding": "/api/v1/findings/3f1d0c9b7a52",
    "agents": "/api/v1/agents",
    "agents_settled": "/api/v1/agents",
    "agents_at": f"/api/v1/agents?{AT}",
    "agents_at_settled": f"/api/v1/agents?{AT}",
}
USUAL = {"since", "at", "agent", "most"}
POSITION = ALWAYS["traces/position"][0]
STREAMS = {"/api/v1/events/stream"}


def asked(name: str) -> list[dict[str, Any]]:
    """The SQL files of a request, in order, with what is bound."""
    database = FakeDatabase(
        {
            "traces/settled": [trace_row(bucket=datetime(2026, 11, 22, 11, 50))],
            "traces/rows": [trace_row()],
            "traces/newest": [trace_row()],
            "traces/touched": [{"trace_id": "t2", "begun_by": 10**18}],
            "traces/open": [trace_row()],
            "traces/position": [
                ALWAYS["traces/position"][0]
                | ({"is_touched": False, "buckets": []} if "settled" in name else {})
            ],
            "metrics/settled": [{"total_traces": 1, "told_from": 0, "told_until": 2**62}],
            "metrics/recorded": [{"records": int("ended" not in name)}],
            "metrics/total": [{"records": 0, "recorded_spans": 0, "spans_of_trace": 0}],
            "metrics/count": [{"spans": 0}],
            "metrics/count_all": [{"spans": 0}],
            "metrics/count_anew": [{"spans": 0}],
            "traces/known": [{"trace_id": "t1"}],
            "oracle/sources": [
                {
                    "name": name,
                    "last": '{"state": "ok", "keep_alive": 60}',
                    "since": NOW,
                    "last_seen": NOW,
                }
                for name in ("kubernetes", "litellm", "litellm-metrics")
            ],
            "handoffs/places": [handoff_place()],
            "handoffs/records_of": [handoff_row()],
            "handoffs/edge": [{"key_time": 10**18}],
            "handoffs/edge_oldest": [{"key_time": 10**18}],
            "queues/tail": [
                ALWAYS["queues/tail"][0]
                | ({"looked": True, "buckets": []} if "settled" in name else {})
            ],
            "errors/arrived": [{"is_everything": False, "traces": [], "reports": [], "units": []}]
            if "settled" in name
            else [],
            "queues/came": [{"hash": 7, "agent": "researcher"}],
            "queues/touched": [{"hash": 8, "message_id": "m8"}],
            "queues/answered_later": [task_place(9)],
            "queues/tasks_of": [task_place(8)],
            "otlp/counts": [{"spans": 0, "stored": 0, "dead": 0, "gone": 0}],
        }
    )
    response = client(database).get(REQUESTS[name])
    assert response.status_code in (200, 404, 501), response.text
    return _told(database)


def _told(database: FakeDatabase) -> list[dict[str, Any]]:
    """Detectors as one: each is asked with the same parameters and its own thresholds, so that a
    new one changes no snapshot."""
    told: list[dict[str, Any]] = []
    for name, bound in database.asked:
        if name.startswith(f"{DETECTORS}/"):
            usual = {key: value for key, value in bound.items() if key in USUAL}
            one = {"sql": f"{DETECTORS}/*/find", "parameters": usual}
            assert bound.keys() - USUAL == declarations()[name.split("/")[1]].thresholds.keys()
        else:
            one = {"sql": name, "parameters": bound}
        if one not in told or name == one["sql"]:
            told.append(one)
    return told


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_runs_the_sql_of_its_snapshot(name: str) -> None:
    snapshot = json.loads((SNAPSHOTS / f"{name}.json").read_text())
    # Through JSON: it has lists for tuples.
    assert json.loads(_text(name)) == snapshot


def test_every_endpoint_of_the_api_has_a_snapshot() -> None:
    rules = client(FakeDatabase()).application.url_map
    adapter = rules.bind("localhost")
    seen = {
        adapter.match(url.partition("?")[0], return_rule=True)[0].rule for url in REQUESTS.values()
    }
    assert (
        seen
        == {
            rule.rule
            for rule in rules.iter_rules()
            if rule.rule.startswith("/api/") and "GET" in (rule.methods or set())
        }
        - STREAMS
    )


def write() -> None:
    """Write all snapshots."""
    for name in REQUESTS:
        (SNAPSHOTS / f"{name}.json").write_text(_text(name) + "\n")


def _text(name: str) -> str:
    return json.dumps({"request": REQUESTS[name], "queries": asked(name)}, indent=1)


if __name__ == "__main__":
    write()
