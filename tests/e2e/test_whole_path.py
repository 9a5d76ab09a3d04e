"""What five real agents say they did is what REST and SQL tell, to the message."""

from collections import Counter
from typing import Any

import httpx
import pytest
from kafka.admin import KafkaAdminClient
from local_stack.programs import AGENTS

from query_service.db import connect
from tests.busy import JOBS, Busy
from tests.e2e.kafka import behind
from tests.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def settled(busy: Busy) -> Busy:
    """As `busy`, with all that the agents sent before they ended stored."""
    wait_until(lambda: not behind(busy.stack.kafka), 180, every=0.5)
    return busy


def _messages(busy: Busy) -> list[dict[str, Any]]:
    rows = connect(busy.stack.settings).query("SELECT * FROM agent_messages FINAL")
    return list(rows.named_results())


def _get(busy: Busy, path: str) -> Any:
    answer = httpx.get(f"{busy.stack.query_url}/api/v1/{path}", timeout=120)
    return None if answer.status_code == 404 else answer.raise_for_status().json()


def test_every_job_was_done(settled: Busy) -> None:
    assert len(settled.entries("job_started")) == len(settled.entries("job_done")) == JOBS


def test_messages_equal_the_ledger(settled: Busy) -> None:
    fields = ("message_id", "parent_message_id", "message_type", "trace_id")
    said = Counter(tuple(e[f] or "" for f in fields) for e in settled.entries("sent"))
    stored = Counter(tuple(row[f] for f in fields) for row in _messages(settled))
    assert stored == said


def test_nothing_is_odd_and_nothing_is_a_dead_letter(settled: Busy) -> None:
    assert {
        row["message_id"]: row["oddities"] for row in _messages(settled) if row["oddities"]
    } == {}
    assert connect(settled.stack.settings).query("SELECT * FROM dead_letters").result_rows == []


def test_queues_equal_the_ledger(settled: Busy) -> None:
    sent = settled.entries("sent")
    to = Counter(entry["target_agent"].lower() for entry in sent)
    answered = {entry["parent_message_id"] for entry in sent if entry["message_type"] != "task"}
    open_tasks = Counter(
        entry["target_agent"].lower()
        for entry in sent
        if entry["message_type"] == "task" and entry["message_id"] not in answered
    )
    answer = _get(settled, "queues")
    told = {queue["agent_name"]: queue for queue in answer["queues"]}
    assert {name: told[name]["total_messages"] for name in AGENTS} == {n: to[n] for n in AGENTS}
    assert {name: told[name]["pending_tasks"] for name in AGENTS} == {
        name: open_tasks[name] for name in AGENTS
    }
    assert answer["total_messages"] == len(sent)


def test_traces_hold_the_handoffs_of_their_job(settled: Busy) -> None:
    sent = settled.entries("sent")
    for job in settled.entries("job_done"):
        trace = _get(settled, f"traces/{job['trace_id']}")
        tasks = {
            entry["message_id"]
            for entry in sent
            if entry["trace_id"] == job["trace_id"] and entry["message_type"] == "task"
        }
        assert {handoff["context"]["message_id"] for handoff in trace["handoffs"]} == tasks
        known = {span["span_id"] for span in trace["spans"]}
        orphans = [
            s for s in trace["spans"] if s["parent_span_id"] and s["parent_span_id"] not in known
        ]
        assert orphans == []
        assert len([s for s in trace["spans"] if not s["parent_span_id"]]) == 1
        assert {s["status"] for s in trace["spans"]} <= {"completed", "failed"}


def test_errors_equal_the_ledger(settled: Busy) -> None:
    failed = settled.entries("failed")
    assert failed, "the seed makes some tasks fail"
    for entry in failed:
        error = _get(settled, f"errors/{entry['error_id']}")["error"]
        assert error["trace_id"] == entry["trace_id"]
        assert error["stack_trace"]
    listed = _get(settled, "errors?limit=500")
    assert listed["total"] == len(failed)
    told = {report for error in listed["errors"] for report in error["report_ids"]}
    assert {entry["error_id"] for entry in failed} <= told


def test_states_end_with_the_answers(settled: Busy) -> None:
    rows = connect(settled.stack.settings).query(
        "SELECT message_id, state "
        "FROM task_states(at = '2100-01-01', now = now64(), open_only = false)"
    )
    answers = {
        entry["parent_message_id"]: entry["message_type"]
        for entry in settled.entries("sent")
        if entry["parent_message_id"]
    }
    expected = {"result": "completed", "error": "failed", "cancel": "cancelled"}
    assert {row[0]: row[1] for row in rows.result_rows} == {
        entry["message_id"]: expected[answers[entry["message_id"]]]
        for entry in settled.entries("sent")
        if entry["message_type"] == "task"
    }


def test_observing_joins_no_group_and_writes_no_message(settled: Busy) -> None:
    admin = KafkaAdminClient(bootstrap_servers=settled.stack.kafka)
    try:
        groups = {group["group_id"] for group in admin.list_groups()}
    finally:
        admin.close()
    ours = {f"agent-telemetry-ingester-{name}" for name in ("json", "otlp-traces", "otlp-logs")}
    ours |= {"agent-telemetry-ingester-otlp-metrics"}
    assert groups == {f"agent-{name}-consumer" for name in AGENTS} | ours
    assert {row["source"] for row in _messages(settled)} <= set(AGENTS)
