"""AgentQueue: the queue of an agent, to send to others and to receive from."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

from kafka.consumer.group import KafkaConsumer

from agent_sdk import _attributes as names
from agent_sdk import _events
from agent_sdk._context import current_work
from agent_sdk._delivery import Delivery
from agent_sdk._errors import record_error
from agent_sdk._headers import creation_context, decode
from agent_sdk._heartbeats import Heartbeats
from agent_sdk._messages import AgentMessage, MessageType, Priority, new_id
from agent_sdk._names import consumer_group, queue_topic, slug
from agent_sdk._outbox import Outbox
from agent_sdk._outgoing import Sent, send
from agent_sdk._receiver import Receiver
from agent_sdk._telemetry import telemetry
from agent_sdk.kafka_login import kafka_login

_REMEMBERED_CANCELS = 10_000
_MAX_FETCH_BYTES = 16 * 2**20


class AgentQueue:
    """Sends to the queues of other agents and receives from the own one.

    **Usage**:

        agent_sdk.configure("writer")
        with agent_sdk.AgentQueue() as queue:
            for delivery in queue.receive():
                with delivery.process() as work:
                    work.reply({"text": write(delivery.message.payload)})

    `agent` is that of `configure()` when not given. Nothing here waits for a broker: what is
    sent is held (at most `AGENT_OUTBOX_MESSAGES` and `AGENT_OUTBOX_BYTES`) until Kafka takes
    it, however long that lasts; when full, sending raises QueueFull after
    `AGENT_SEND_BLOCK_SECONDS`. `kafka_options` go to kafka-python's producer and consumer, before
    those of the environment (TLS, SASL). May be used from several threads.

    Raises ValueError when `agent` cannot name a Kafka topic.
    """

    def __init__(
        self, agent: str | None = None, *, kafka_options: Mapping[str, Any] | None = None
    ) -> None:
        settings = telemetry().settings
        self.agent = agent or telemetry().agent_name
        self.topic = queue_topic(self.agent)
        self.group = consumer_group(self.agent)
        self._servers = settings.kafka_bootstrap_servers
        self._kafka_options = {**kafka_login().options(), **(kafka_options or {})}
        self._cancelled: OrderedDict[str, None] = OrderedDict()
        self._receiver: Receiver | None = None
        self._closed = False
        self._heartbeats = Heartbeats(settings.agent_heartbeat_seconds)
        self._outbox = Outbox(
            self._servers,
            client_id=f"agent-{slug(self.agent)}",
            max_messages=settings.agent_outbox_messages,
            max_bytes=settings.agent_outbox_bytes,
            block_seconds=settings.agent_send_block_seconds,
            delivery_timeout=settings.agent_delivery_timeout_seconds,
            kafka_options=self._kafka_options,
        )

    def send_task(
        self,
        target: str,
        payload: Mapping[str, object],
        *,
        reason: str = "",
        priority: Priority = Priority.NORMAL,
        ttl_seconds: int | None = None,
        attempt: int = 1,
        conversation_id: str | None = None,
    ) -> Sent:
        """Hand work to another agent: `queue.send_task("writer", {"topic": "tea"})`.

        `attempt` counts the tries of the same work. `conversation_id` is inherited from the
        message being worked on. Raises ValueError for an impossible agent name or a payload that
        is no JSON, QueueFull, SendFailed when the message is over 16 MiB.
        """
        return self._send(
            MessageType.TASK,
            target,
            payload,
            reason=reason,
            priority=priority,
            ttl_seconds=ttl_seconds,
            attempt=attempt,
            conversation_id=conversation_id,
        )

    def send_result(
        self, task: AgentMessage, payload: Mapping[str, object], *, reason: str = ""
    ) -> Sent:
        """Answer a task. `delivery.process()` gives `work.reply`, which does the same."""
        return self._answer(MessageType.RESULT, task, payload, reason)

    def send_error(self, task: AgentMessage, error: Exception, *, reason: str = "") -> Sent:
        """Answer that a task failed; the failure is recorded unless it already was."""
        detailed = record_error(error)
        payload = {
            "error": detailed.error_message,
            "error_type": detailed.error_type,
            "error_id": detailed.error_id,
            "is_retryable": detailed.is_retryable,
        }
        return self._answer(MessageType.ERROR, task, payload, reason)

    def send_cancel(self, task: AgentMessage, *, reason: str = "") -> Sent:
        """Tell the agent that a task sent to it is no longer wanted."""
        return self._send(
            MessageType.CANCEL,
            task.target_agent,
            {},
            reason=reason,
            parent_message_id=task.message_id,
        )

    def send_heartbeat(self, target: str, payload: Mapping[str, object] | None = None) -> Sent:
        """Tell another agent that this one lives, and works on the current task."""
        work = current_work.get()
        return self._send(
            MessageType.HEARTBEAT,
            target,
            payload or {},
            parent_message_id=work.message_id if work else None,
        )

    def receive(self, timeout: float | None = None) -> Iterator[Delivery]:
        """Messages of the own queue, oldest first, as they come.

        Ends after `close()`, or when none came for `timeout` seconds. One that is not processed
        (`delivery.process()`) comes again after a restart. A record that is no AgentMessage is
        reported and skipped. The broker may be away: the next message then takes longer.
        """
        if self._receiver is None:
            self._receiver = Receiver(self.topic, self._make_consumer)
        while not self._closed and (record := self._receiver.get(timeout)) is not None:
            delivery = self._read(self._receiver, record)
            if delivery is not None:
                yield delivery

    @property
    def stopped(self) -> bool:
        """True after `stop()` or `close()`."""
        return self._closed

    def stop(self) -> None:
        """End `receive()` after the present message; may be called from a signal handler."""
        self._closed = True
        if self._receiver is not None:
            self._receiver.stop()

    def close(self, timeout: float = 2.0) -> int:
        """Stop receiving, send what waits, commit, leave the group.

        Takes at most about `timeout` seconds, whatever Kafka does; returns how many messages
        Kafka did not take.
        """
        self.stop()
        left = self._outbox.close(timeout / 2)
        self._heartbeats.close()
        if self._receiver is not None:
            self._receiver.close(timeout / 2)
        return left

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        stack: TracebackType | None,
    ) -> None:
        self.close()

    def _send(
        self,
        message_type: MessageType,
        target: str,
        payload: Mapping[str, object],
        *,
        reason: str = "",
        priority: Priority = Priority.NORMAL,
        ttl_seconds: int | None = None,
        parent_message_id: str | None = None,
        attempt: int = 1,
        conversation_id: str | None = None,
    ) -> Sent:
        draft = AgentMessage(
            message_id=new_id(),
            source_agent=self.agent,
            target_agent=target,
            message_type=message_type,
            priority=priority,
            payload=dict(payload),
            parent_message_id=parent_message_id,
            reason=reason,
            ttl_seconds=ttl_seconds,
        )
        return send(self._outbox, draft, attempt=attempt, conversation_id=conversation_id)

    def _answer(
        self, kind: MessageType, task: AgentMessage, payload: Mapping[str, object], reason: str
    ) -> Sent:
        work = current_work.get()
        return self._send(
            kind,
            task.source_agent,
            payload,
            reason=reason or task.reason,
            priority=task.priority,
            parent_message_id=task.message_id,
            attempt=work.attempt if work and work.message_id == task.message_id else 1,
        )

    def _reply(self, task: AgentMessage, answer: dict[str, object] | Exception) -> Sent:
        if isinstance(answer, Exception):
            return self.send_error(task, answer)
        return self.send_result(task, answer)

    def _read(self, receiver: Receiver, record: Any) -> Delivery | None:
        headers = decode(record.headers)
        commit = partial(receiver.ack, record.partition, record.offset)
        try:
            message = AgentMessage.from_bytes(record.value or b"")
        except ValueError as error:
            _events.unreadable_message(
                self.agent, record.topic, record.partition, record.offset, error, headers.context
            )
            commit()
            return None
        context = creation_context(headers, message)
        if message.message_type is MessageType.TASK:
            _events.task_state(
                names.EVENT_CLAIMED,
                message.message_id,
                self.topic,
                agent=self.agent,
                context=context,
            )
        if message.message_type is MessageType.CANCEL and message.parent_message_id:
            self._cancelled[message.parent_message_id] = None
            while len(self._cancelled) > _REMEMBERED_CANCELS:
                self._cancelled.popitem(last=False)
        return Delivery(
            message=message,
            headers=headers,
            topic=self.topic,
            partition=record.partition,
            offset=record.offset,
            cancelled=message.message_id in self._cancelled,
            _agent=self.agent,
            _group=self.group,
            _context=context,
            _reply=self._reply,
            _heartbeats=self._heartbeats,
            _commit=commit,
        )

    def _make_consumer(self) -> Any:
        return KafkaConsumer(
            **{
                "bootstrap_servers": self._servers.split(","),
                "client_id": f"agent-{slug(self.agent)}",
                "group_id": self.group,
                # Without a version the constructor waits for a broker, and leaks a thread.
                "api_version": (4, 3),
                "auto_offset_reset": "earliest",
                "enable_auto_commit": False,
                "metadata_max_age_ms": 10_000,
                # After kill -9 others wait so long for its partitions.
                "session_timeout_ms": 10_000,
                "reconnect_backoff_max_ms": 500,
                "max_partition_fetch_bytes": _MAX_FETCH_BYTES,
                "metrics_enabled": False,
                **self._kafka_options,
            }
        )
