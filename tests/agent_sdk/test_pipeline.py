"""What the SDK sends arrives in the tables, and what must be seen at once is seen at once."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

import agent_sdk
from agent_sdk import AgentQueue
from query_service.db import Database
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.stack
_ARRIVES_SECONDS = 90


@pytest.fixture
def configured(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The SDK pointed at the stack, as an agent nobody listed."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", stack.kafka)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", stack.otlp_http)
    name = f"pipeline-{uuid4().hex[:8]}"
    agent_sdk.configure(name)
    yield name
    agent_sdk.shutdown()


def test_work_is_seen_while_it_lasts_and_whole_when_it_is_over(
    stack: Stack, configured: str
) -> None:
    client = Database(stack.settings).client

    def rows(statement: str, **parameters: str) -> list[Any]:
        return list(client.query(statement, parameters=parameters).result_rows)

    def seen(message_id: str) -> set[str]:
        statement = "SELECT DISTINCT event_type FROM events WHERE message_id = {id:String}"
        return {str(row[0]) for row in rows(statement, id=message_id)}

    with AgentQueue() as queue:
        task = queue.send_task(configured, {"n": 1}, reason="try", conversation_id="c-1").message
        delivery = next(queue.receive(timeout=90))
        with delivery.process() as work:
            begun = {"agent_telemetry.task.claimed", "agent_telemetry.task.started"}
            wait_until(lambda: seen(task.message_id) >= begun, _ARRIVES_SECONDS)
            with agent_sdk.tool("search"):
                raise TimeoutError("too slow")
        assert work.error is not None
        error_id = agent_sdk.record_error(work.error).error_id
        done = "agent_telemetry.task.done"
        wait_until(lambda: done in seen(task.message_id), _ARRIVES_SECONDS)

    kinds = "SELECT kind, status FROM spans WHERE trace_id = {id:String} ORDER BY 1, 2"
    expected = [("agent", "failed"), *[("handoff", "completed")] * 2, ("handoff", "failed"),
                ("tool", "failed")]  # fmt: skip
    wait_until(lambda: rows(kinds, id=str(task.trace_id)) == expected, _ARRIVES_SECONDS)
    reports = (
        "SELECT agent_name, error_type, tool_name"
        " FROM error_reports FINAL WHERE error_id = {id:String}"
    )
    wait_until(
        lambda: rows(reports, id=error_id) == [(configured, "TimeoutError", "search")],
        _ARRIVES_SECONDS,
    )
    messages = """
        SELECT message_type, cause_message_id, conversation_id, hop_count, attempt
        FROM agent_messages FINAL WHERE trace_id = {id:String} ORDER BY hop_count"""
    wait_until(
        lambda: (
            rows(messages, id=str(task.trace_id))
            == [("task", "", "c-1", 0, 1), ("error", task.message_id, "c-1", 1, 1)]
        ),
        _ARRIVES_SECONDS,
    )
