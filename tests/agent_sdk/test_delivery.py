"""Working on a message: spans, state events, causes, answers and commits."""

import json
from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode

import agent_sdk
from agent_sdk import AgentQueue, Delivery, MessageType, QueueClosed, SendFailed
from tests.agent_sdk.conftest import FakeKafka, Recorded
from tests.waiting import wait_until


def deliver(queue: AgentQueue, **options: Any) -> Delivery:
    """A task from the agent to itself, received."""
    queue.send_task("Tester", {}, **options)
    return next(queue.receive())


def states(recorded: Recorded) -> list[str]:
    return [
        event.event_name.rpartition(".")[2]
        for event in recorded.events()
        if event.event_name.startswith("agent_telemetry.task.")
    ]


def test_processing_continues_the_trace_and_links_to_the_sender(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue, deliver(queue, conversation_id="c-1").process():
        pass
    send = recorded.span("send agent-queue-tester")
    process = recorded.span("process agent-queue-tester")
    work = recorded.span("invoke_agent Tester")
    assert process.kind is SpanKind.CONSUMER
    assert process.parent is not None and process.parent.span_id == send.context.span_id
    assert process.context.trace_id == send.context.trace_id
    assert [link.context.span_id for link in process.links] == [send.context.span_id]
    assert work.parent is not None and work.parent.span_id == process.context.span_id
    assert (
        dict(process.attributes or {}).items()
        >= {
            "messaging.operation.type": "process",
            "messaging.consumer.group.name": "agent-tester-consumer",
            "messaging.destination.partition.id": "0",
            "messaging.kafka.offset": 0,
            "messaging.message.conversation_id": "c-1",
            "gen_ai.conversation.id": "c-1",
        }.items()
    )


def test_what_is_sent_meanwhile_was_caused_by_the_message(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue:
        delivery = deliver(queue, conversation_id="c-1", attempt=3)
        with delivery.process() as work:
            queue.send_task("writer", {})
            work.reply({"ok": True})
        queue.send_task("writer", {})
    _, caused, reply, later = [
        {name: value.decode() for name, value in record.headers} for record in kafka.put_records
    ]
    assert caused["cause-message-id"] == delivery.message.message_id
    assert (caused["hop-count"], caused["attempt"]) == ("1", "1")
    assert caused["conversation-id"] == "c-1"
    assert (reply["hop-count"], reply["attempt"]) == ("1", "3")
    assert "cause-message-id" not in later and later["hop-count"] == "0"


def test_a_reply_is_the_result_of_the_task(recorded: Recorded, kafka: FakeKafka) -> None:
    with AgentQueue() as queue:
        delivery = deliver(queue)
        with delivery.process() as work:
            result = work.reply({"answer": 42}).message
    assert result.message_type is MessageType.RESULT
    assert result.target_agent == delivery.message.source_agent
    assert result.parent_message_id == delivery.message.message_id
    assert states(recorded) == ["claimed", "started", "done"]
    (done,) = recorded.events("agent_telemetry.task.done")
    assert done.attributes["agent_telemetry.task.outcome"] == "completed"
    ids = [event.attributes["agent_telemetry.event.id"] for event in recorded.events()]
    assert len(set(ids)) == 3


def test_an_exception_is_recorded_once_answered_and_kept_inside(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue:
        delivery = deliver(queue, attempt=2)
        with delivery.process() as work, agent_sdk.tool("search"):
            raise TimeoutError("too slow")
        assert isinstance(work.error, TimeoutError)
    (event,) = recorded.events("exception")
    error = json.loads(event.body)
    answer = json.loads(kafka.put_records[-1].value)
    assert error["tool_name"] == "search" and error["retry_count"] == 1
    assert answer["message_type"] == "error"
    assert answer["parent_message_id"] == delivery.message.message_id
    assert answer["payload"] == {
        "error": "too slow",
        "error_type": "TimeoutError",
        "error_id": error["error_id"],
        "is_retryable": True,
    }
    for name in ("execute_tool search", "invoke_agent Tester", "process agent-queue-tester"):
        span = recorded.span(name)
        assert span.status.status_code is StatusCode.ERROR
        assert (span.attributes or {})["error.type"] == "TimeoutError"
    (done,) = recorded.events("agent_telemetry.task.done")
    assert done.attributes["agent_telemetry.task.outcome"] == "failed"
    assert kafka.acked == [(0, 0)]


def test_a_failure_over_a_result_is_not_answered(recorded: Recorded, kafka: FakeKafka) -> None:
    with AgentQueue() as queue:
        task = queue.send_task("writer", {}).message
        queue.send_result(task, {})
        (delivery,) = queue.receive()
        with delivery.process():
            raise ValueError("odd result")
    assert len(kafka.put_records) == 2
    assert len(recorded.events("exception")) == 1
    assert states(recorded) == []


def test_a_failure_of_an_unnamed_senders_task_is_only_recorded(
    recorded: Recorded, kafka: FakeKafka
) -> None:
    with AgentQueue() as queue:
        kafka.record(queue.topic, b'{"message_id": "m-1"}', [])
        with next(queue.receive()).process():
            raise ValueError("no")
    assert len(kafka.put_records) == 1
    assert len(recorded.events("exception")) == 1
    assert kafka.acked == [(0, 0)]


def test_an_interrupted_task_is_not_committed(recorded: Recorded, kafka: FakeKafka) -> None:
    with AgentQueue() as queue:
        delivery = deliver(queue)
        with pytest.raises(KeyboardInterrupt), delivery.process():
            raise KeyboardInterrupt
    assert kafka.acked == []
    assert states(recorded) == ["claimed", "started"]
    assert recorded.events("exception") == []


@pytest.mark.parametrize(
    ("outcome", "committed"),
    [
        (None, True),
        (SendFailed("refused"), True),
        (QueueClosed("closed"), False),
    ],
)
def test_a_message_is_committed_when_kafka_has_dealt_with_its_answer(
    recorded: Recorded, kafka: FakeKafka, outcome: Exception | None, committed: bool
) -> None:
    held: list[Any] = []
    with AgentQueue() as queue:
        delivery = deliver(queue)
        kafka.on_put = held.append
        with delivery.process() as work:
            work.reply({})
        assert kafka.acked == []
        (done,) = held
        done(agent_sdk.Ack(0, 1) if outcome is None else None, outcome)
        assert kafka.acked == ([(0, 0)] if committed else [])


def test_a_cancelled_task_is_told_as_such(recorded: Recorded, kafka: FakeKafka) -> None:
    with AgentQueue() as queue, deliver(queue).process() as work:
        work.cancel()
    (done,) = recorded.events("agent_telemetry.task.done")
    assert done.attributes["agent_telemetry.task.outcome"] == "cancelled"


def test_heartbeats_are_told_while_the_work_lasts(
    monkeypatch: pytest.MonkeyPatch, kafka: FakeKafka, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("AGENT_HEARTBEAT_SECONDS", "0.02")
    recorded: Recorded = request.getfixturevalue("recorded")

    def beats(of: Delivery) -> list[Any]:
        told = recorded.events("agent_telemetry.task.heartbeat")
        message_id = of.message.message_id
        return [beat for beat in told if beat.attributes["messaging.message.id"] == message_id]

    with AgentQueue() as queue:
        delivery, next_one = deliver(queue), deliver(queue)
        with delivery.process():
            wait_until(lambda: len(beats(delivery)) >= 2)
        count = len(beats(delivery))
        with next_one.process():
            wait_until(lambda: len(beats(next_one)) >= 2)
        assert len(beats(delivery)) == count
    beat = beats(delivery)[0]
    process, _ = [s for s in recorded.spans() if s.name == "process agent-queue-tester"]
    assert process.context is not None
    assert beat.attributes["gen_ai.agent.name"] == "Tester"
    assert (beat.trace_id, beat.span_id) == (process.context.trace_id, process.context.span_id)
