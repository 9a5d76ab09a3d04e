"""Rows as the SQL files give them, for tests of the models."""

from datetime import datetime
from typing import Any

from query_service.db import Row

START = datetime(2026, 11, 22, 11, 50, 30)
END = datetime(2026, 11, 22, 11, 50, 33)


def span_row(**changes: Any) -> Row:
    """An ended OTLP span of Researcher without anything special."""
    row: Row = {
        "trace_id": "t1",
        "span_id": "s1",
        "parent_span_id": "",
        "name": "invoke_agent Researcher",
        "kind": "agent",
        "agent_name": "Researcher",
        "agent_id": "",
        "status": "completed",
        "start_time": START,
        "end_time": END,
        "duration_ms": 3000.0,
        "model": "",
        "provider": "",
        "input_tokens": None,
        "output_tokens": None,
        "tool_name": "",
        "error_type": "",
        "error_message": "",
        "service_name": "agent-researcher",
        "attributes": {},
        "resource_attributes": {},
        "event_times": [],
        "event_names": [],
        "event_attributes": [],
        "span_record": "",
        "link_trace_ids": [],
        "oddities": [],
    }
    return row | changes


def handoff_row(**changes: Any) -> Row:
    """A handoff from Researcher to Code Helper, known by its task only."""
    row: Row = {
        "message_id": "m1",
        "handoff_id": "m1",
        "trace_id": "t1",
        "source_agent_id": "researcher",
        "source_agent_name": "Researcher",
        "target_agent_id": "code-helper",
        "target_agent_name": "Code Helper",
        "reason": "write it",
        "context": '{"message_id":"m1"}',
        "event_time": END,
        "handoff_record": "",
    }
    return row | changes


def handoff_place(**changes: Any) -> Row:
    """Where the task of a handoff lies in its queue."""
    row: Row = {
        "topic": "agent-queue-code-helper",
        "partition": 0,
        "offset": 7,
        "value_hash": 8,
        "message_type": "task",
        "key_time": 1_795_348_800_000_000_000,
    }
    return row | changes


def event_row(**changes: Any) -> Row:
    """A log event of OTLP."""
    row: Row = {
        "event_id": "e1",
        "trace_id": "t1",
        "span_id": "s1",
        "event_type": "agent_telemetry.task.claimed",
        "severity": "info",
        "agent_id": "",
        "agent_name": "Researcher",
        "message": "",
        "data": '{"messaging.message.id":"m1"}',
        "event_time": END,
        "oddities": [],
        "event_record": "",
    }
    return row | changes


def trace_row(**changes: Any) -> Row:
    """A completed trace without a record."""
    row: Row = {
        "trace_id": "t1",
        "record": "",
        "session_id": "",
        "user_id": "",
        "root_agent_id": "researcher",
        "root_agent_name": "Researcher",
        "agents": ["researcher"],
        "agent_count": 1,
        "models": [],
        "status": "completed",
        "start_time": START,
        "key_time": 1_795_348_230_000_000_000,
        "ended_at": END,
        "duration_ns": 3_000_000_000,
        "span_count": 1,
        "open_spans": 0,
        "failed_spans": 0,
        "total_tokens": 0,
        "cost": None,
        "tool_calls": 0,
        "llm_calls": 0,
        "failed_span_id": "",
        "error_message": "",
        "user_input": "",
        "final_output": "",
    }
    return row | changes


def message_row(**changes: Any) -> Row:
    """A task of a trace, from Researcher to Code Helper."""
    row: Row = {
        "trace_id": "t1",
        "message_id": "m1",
        "message_type": "task",
        "source_agent": "Researcher",
        "source": "researcher",
        "agent": "code-helper",
        "parent_message_id": "",
        "span_id": "",
        "reason": "write it",
        "sent_at": START,
        "deliveries": 1,
    }
    return row | changes


def error_row(**changes: Any) -> Row:
    """An error of an OTLP log event whose body says little."""
    row: Row = {
        "failure_id": "x1",
        "error_id": "x1",
        "record": '{"error_type":"ValueError","error_message":"odd","stack_trace":""}',
        "trace_id": "t1",
        "span_id": "s1",
        "agent_name": "Researcher",
        "service_name": "agent-researcher",
        "oddities": [],
        "origin": "log",
        "event_time": END,
        "key_time": 1,
        "reports": 1,
        "report_ids": ["x1"],
        "fingerprint": "8f14e45fceea167a",
        "release": "",
    }
    return row | changes


def task_place(number: int) -> Row:
    """Where a task lies that has left `open_tasks`."""
    return {
        "message_id": f"m{number}",
        "hash": number,
        "agent": "researcher",
        "topic": "agent-queue-researcher",
        "bucket": datetime(2026, 11, 22, 11, 45),
        "place": 100 + number,
        "cause_message_id": "",
    }
