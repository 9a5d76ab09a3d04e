"""From a task that expired for a dead agent to its answer, through every part."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from click.testing import CliRunner

import agent_sdk
from agent_sdk import AgentQueue
from query_service.cli.redrive import redrive
from query_service.cli.topics import ensure
from query_service.db import connect
from query_service.observer.kafka_client import AdminConnection
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
SECONDS = 90


@pytest.fixture
def agent(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An agent with a queue, who reads it only when the test does."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", stack.kafka)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", stack.otlp_http)
    name = f"redriven-{uuid4().hex[:8]}"
    connection = AdminConnection(stack.kafka)
    with connection.admin() as admin:
        ensure(admin, [f"agent-queue-{name}"])
    connection.drop()
    agent_sdk.configure(name)
    yield name
    agent_sdk.shutdown()


def _outcome(story: dict[str, Any]) -> str | None:
    return (story.get("course") or {}).get("outcome")


def test_an_expired_task_is_sent_again_done_and_told_of(stack: Stack, agent: str) -> None:
    client = httpx.Client(base_url=stack.query_url, timeout=60)

    def get(path: str) -> Any:
        answer = client.get(f"/api/v1/{path}")
        return answer.json() if answer.is_success else {}

    def findings() -> list[dict[str, Any]]:
        found = get(f"claude/diagnose?agent={agent}")["issues"]["items"]
        return [one for one in found if one["kind"] == "expired_task"]

    with AgentQueue() as queue:
        sent = queue.send_task(agent, {"n": 1}, reason="try", ttl_seconds=1, conversation_id="c-1")
        old = sent.message.message_id
    wait_until(
        lambda: get(f"handoffs/{old}").get("course", {}).get("outcome") == "expired", SECONDS
    )
    [finding] = wait_until(findings, SECONDS)
    assert finding["tasks"]["ids"] == [old]
    assert any("agent-telemetry redrive" in one for one in finding["suggested_actions"])

    arguments = ["--trouble", "expired", "--agent", agent, "--url", stack.query_url]
    dry = CliRunner().invoke(redrive, arguments)
    assert dry.exit_code == 0, dry.output
    assert "1 chosen: 1 would send" in dry.output
    assert get(f"handoffs/{old}")["redrives"] == []

    done = CliRunner().invoke(redrive, [*arguments, "--send"])
    assert "1 chosen: 1 sent" in done.output, done.output
    [new] = wait_until(
        lambda: [r["message_id"] for r in get(f"handoffs/{old}")["redrives"]], SECONDS
    )
    with AgentQueue() as queue:
        received = []
        for delivery in queue.receive(timeout=60):
            with delivery.process() as work:
                if delivery.message.message_type == "task":
                    received.append(delivery)
                    work.reply({"done": delivery.message.message_id})
            if delivery.message.message_id == new:
                break
    headers = next(one.headers for one in received if one.message.message_id == new)
    assert (headers.redrive_of, headers.redrive_root, headers.attempt) == (old, old, 2)
    assert headers.conversation_id == "c-1"

    wait_until(lambda: _outcome(get(f"handoffs/{new}")) == "completed", SECONDS)
    told = get(f"handoffs/{old}")
    assert told["course"]["outcome"] == "superseded"
    assert [(one["message_id"], one["outcome"]) for one in told["redrives"]] == [(new, "completed")]
    assert get(f"handoffs/{new}")["redrive_of"]["message_id"] == old
    wait_until(lambda: not findings(), SECONDS)

    # The span that sent it is there, with a link to the one that sent the old one.
    asked = (
        "SELECT trace_id, link_trace_ids, link_span_ids FROM spans"
        " WHERE name LIKE 'redrive %' AND message_id = {id:String}"
    )
    tables = connect(stack.settings)

    def spans() -> list[Any]:
        return list(tables.query(asked, parameters={"id": new}).result_rows)

    [(trace_id, traces, links)] = wait_until(spans, SECONDS)
    assert (traces, links) == ([sent.message.trace_id], [sent.message.span_id])
    assert get(f"handoffs/{new}")["trace_id"] == trace_id
    wait_until(lambda: len(get(f"traces/{trace_id}").get("spans", [])) >= 3, SECONDS)
    trace = get(f"traces/{trace_id}")
    assert trace["trace"]["status"] == "completed"
    names = {one["name"] for one in trace["spans"]}
    assert {f"redrive agent-queue-{agent}", f"process agent-queue-{agent}"} <= names
    client.close()
    tables.close()
