"""AgentQueue: what it writes, what it reads, and what it makes of the unreadable."""

import json
from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id

import agent_sdk
from agent_sdk import AgentQueue, MessageType, QueueFull, SendFailed
from agent_sdk._context import Ack
from tests.agent_sdk.conftest import FakeKafka, Recorded

FIELDS = {
    "message_id", "source_agent", "target_agent", "message_type", "priority", "payload",
    "trace_id", "span_id", "parent_message_id", "reason", "timestamp", "ttl_seconds",
}  # fmt: skip


def attributes(span: Any) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_a_task_has_the_fields_and_headers_that_others_read(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue, agent_sdk.agent():
        queue.send_task("Code Helper", {"n": 1}, reason="why", conversation_id="c-1")
    (record,) = kafka.put_records
    body = json.loads(record.value)
    headers = {name: value.decode() for name, value in record.headers}
    span = recorded.span("send agent-queue-code-helper")
    assert record.topic == "agent-queue-code-helper"
    assert record.key.decode() == body["message_id"] == headers["message-id"]
    assert set(body) == FIELDS
    assert (body["source_agent"], body["target_agent"]) == ("Tester", "Code Helper")
    assert (body["message_type"], body["priority"]) == ("task", "normal")
    assert body["trace_id"] == format_trace_id(span.context.trace_id)
    assert body["span_id"] == format_span_id(span.context.span_id)
    assert headers["traceparent"].startswith(f"00-{body['trace_id']}-{body['span_id']}-")
    assert (headers["hop-count"], headers["attempt"]) == ("0", "1")
    assert headers["conversation-id"] == "c-1"
    assert int(headers["enqueued-ms"]) > 1_700_000_000_000
    assert "cause-message-id" not in headers


def test_the_span_of_a_sending_tells_where_kafka_put_it(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue:
        sent = queue.send_task("writer", {}, attempt=2)
    assert sent.wait(0) == Ack(0, 0) and sent.acknowledged
    span = recorded.span("send agent-queue-writer")
    assert span.kind is SpanKind.PRODUCER
    assert (
        attributes(span).items()
        >= {
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": "agent-queue-writer",
            "messaging.destination.partition.id": "0",
            "messaging.kafka.offset": 0,
            "messaging.message.id": sent.message.message_id,
            "gen_ai.agent.name": "Tester",
            "gen_ai.transfer.target.name": "writer",
            "agent_telemetry.span.kind": "handoff",
            "agent_telemetry.message.attempt": 2,
        }.items()
    )


def test_what_kafka_refuses_fails_the_span_and_is_recorded(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    kafka.on_put = lambda done: done(None, SendFailed("refused"))
    with AgentQueue() as queue:
        sent = queue.send_task("writer", {}, reason="why")
    with pytest.raises(SendFailed, match="refused"):
        sent.wait(0)
    assert not sent.acknowledged
    span = recorded.span("send agent-queue-writer")
    assert span.status.status_code is StatusCode.ERROR
    (event,) = recorded.events("exception")
    detailed = json.loads(event.body)
    assert detailed["operation"] == "queue_task:why"
    assert detailed["span_id"] == format_span_id(span.context.span_id)


def test_a_full_queue_raises_and_ends_its_span(recorded: Recorded, kafka: FakeKafka) -> None:
    def full(done: object) -> None:
        raise QueueFull("full")

    kafka.on_put = full
    with AgentQueue() as queue, pytest.raises(QueueFull):
        queue.send_task("writer", {})
    assert recorded.span("send agent-queue-writer").status.status_code is StatusCode.ERROR


def test_a_payload_that_is_no_json_raises_and_ends_its_span(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue, pytest.raises(ValueError, match="surrogates"):
        queue.send_task("writer", {"half": "\ud83d"})
    assert recorded.span("send agent-queue-writer").status.status_code is StatusCode.ERROR


@pytest.mark.parametrize("target", ["", "a/b", "päng", "x" * 300])
def test_a_name_that_is_no_topic_is_refused(
    recorded: Recorded, kafka: FakeKafka, target: str
) -> None:
    with AgentQueue() as queue, pytest.raises(ValueError, match="topic"):
        queue.send_task(target, {})
    assert kafka.put_records == []


def test_an_unreadable_record_is_reported_skipped_and_committed(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue:
        for value in (b"no json", b"[1]", b'{"message_type": "task"}', b"\xff", b""):
            kafka.record(queue.topic, value, [("hop-count", b"\xff")])
        queue.send_task("Tester", {"n": 1})
        (delivery,) = queue.receive()
    assert delivery.message.payload == {"n": 1}
    assert kafka.acked == [(0, offset) for offset in range(5)]
    reports = recorded.events("agent_telemetry.message.unreadable")
    assert [report.attributes["messaging.kafka.offset"] for report in reports] == [0, 1, 2, 3, 4]
    assert {report.attributes["gen_ai.agent.name"] for report in reports} == {"Tester"}


def test_a_message_without_headers_is_received_and_continues_the_trace_of_its_body(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    trace_id, span_id = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    body = {"message_id": "m-1", "trace_id": trace_id, "span_id": span_id, "payload": None}
    with AgentQueue() as queue:
        kafka.record(queue.topic, json.dumps(body).encode(), [])
        for delivery in queue.receive():
            with delivery.process():
                assert delivery.headers.attempt == 1
    span = recorded.span("process agent-queue-tester")
    assert format_trace_id(span.context.trace_id) == trace_id
    assert span.parent is not None and format_span_id(span.parent.span_id) == span_id


def test_a_cancel_that_came_first_marks_the_task(recorded: Recorded, kafka: FakeKafka) -> None:
    with AgentQueue() as queue:
        task = queue.send_task("Tester", {}).message
        kafka.put_records.clear()
        queue.send_cancel(task)
        kafka.record(queue.topic, task.to_bytes(), [])
        cancel, late = queue.receive()
    assert cancel.message.message_type is MessageType.CANCEL
    assert cancel.message.parent_message_id == task.message_id
    assert (cancel.cancelled, late.cancelled) == (False, True)


def test_a_claim_is_told_before_the_work_begins(recorded: Recorded, kafka: FakeKafka) -> None:
    with AgentQueue() as queue:
        sent = queue.send_task("Tester", {})
        next(queue.receive())
        (claim,) = recorded.events("agent_telemetry.task.claimed")
    assert claim.attributes["messaging.message.id"] == sent.message.message_id
    assert claim.attributes["messaging.destination.name"] == "agent-queue-tester"
    assert claim.attributes["gen_ai.agent.name"] == "Tester"
    assert format_trace_id(claim.trace_id) == sent.message.trace_id


def test_heartbeat_messages_name_the_task_being_worked_on(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue:
        task = queue.send_task("Tester", {}).message
        delivery = next(queue.receive())
        with delivery.process():
            beat = queue.send_heartbeat("boss", {"progress": 0.5}).message
    assert beat.message_type is MessageType.HEARTBEAT
    assert beat.parent_message_id == task.message_id
