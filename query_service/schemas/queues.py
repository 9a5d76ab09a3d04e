"""What `/api/v1/queues` answers."""

from typing import Any

from query_service.schemas.base import Answer, Stored, field

TIME = "2026-11-22T11:51:55.756869"


class Message(Stored):
    """An AgentMessage as it was sent; what we add stands beside."""

    message_id: Any = field("Its id", "9a4c2d8e-77f1-4a6b-8e1c-2f5b8f6f0d11")
    source_agent: Any = field("Sender", "Orchestrator")
    target_agent: Any = field("Receiver", "Researcher")
    message_type: Any = field("task, result, error, heartbeat or cancel", "task")
    priority: Any = field("low, normal, high or critical", "normal")
    payload: Any = field("What is handed over, an object", {"question": "what is known of it"})
    payload_preview: Any = field(
        "The first 200 characters of a payload that is null", '{"question":', sometimes=True
    )
    trace_id: Any = field("Trace, or null", "4bf92f3577b34da6a3ce929d0e0e4736")
    span_id: Any = field("Span, or null", "00f067aa0ba902b7")
    parent_message_id: Any = field("The task that is answered, or null", None)
    reason: Any = field("Why the work is handed over", "research")
    timestamp: Any = field("When it was sent", TIME)
    ttl_seconds: Any = field("Time to live, s, or null", 600)
    deliveries: Any = field("Records of it, when there are several", 2, sometimes=True)
    oddities: Any = field("What is odd about it", ["priority_unknown"], sometimes=True)


class Task(Message):
    """A task that waits for an answer, as it was sent; what we add stands beside."""

    state: Any = field("queued, in_progress, expired, lost or unknown", "queued")
    waiting_seconds: Any = field("How long it waits; null when it was sent later than now", 12.5)
    clock_skew: Any = field("true when it was sent later than now", True, sometimes=True)
    messages_before: Any = field(
        "Messages before it in its partition that are not consumed; null when not known", 3
    )


class Figures(Answer):
    """One queue in figures."""

    agent_name: str = field("Owner of the queue", "researcher")
    queue_topic: str = field("Its topic", "agent-queue-researcher")
    total_messages: int = field("Messages, each id once", 120)
    deliveries: int = field("Records", 121)
    messages_by_type: dict[str, int] = field("Messages by type", {"result": 40, "task": 80})
    messages_by_priority: dict[str, int] = field("Messages by priority", {"normal": 120})
    pending_tasks: int = field("Tasks without an answer", 2)
    queued: int = field("Of these: not fetched yet", 1)
    in_progress: int = field("Of these: somebody has them", 1)
    expired: int = field("Of these: their time to live has passed", 0)
    lost: int = field("Of these: nobody reads the queue", 0)
    unknown: int = field("Of these: nobody has looked at the queue for an hour", 0)
    pending_by_priority: dict[str, int] = field("Of these: by priority", {"normal": 2})
    oldest_waiting_seconds: float | None = field("How long the oldest waits", 12.5)
    arrival_rate_per_minute: float = field("Tasks sent to it", 4.2)
    completion_rate_per_minute: float = field("Tasks of it that were answered", 4.0)
    drain_seconds: float | None = field("Until nothing waits; null when it does not get less", 30.5)
    consumer_lag: int | None = field("Records its slowest group has not committed", 1)
    consumers: int | None = field("Members of the groups that read it", 1)
    consumer_groups: list[str] = field("Groups that commit on it", ["agent-researcher-consumer"])
    last_activity: str | None = field("When the agent last sent or was sent a message", TIME)


class Queue(Figures):
    """One queue with its oldest pending tasks."""

    pending: list[Task] = field("Its oldest tasks without an answer")
    pending_omitted: int = field("Such tasks that are not shown", 0)


class Queues(Answer):
    """All queues."""

    queues: list[Queue] = field("Each queue, by the name of its owner unless sorted otherwise")
    total_messages: int = field("Messages in all", 120)
    rates_since: str = field("From when rates count", TIME)
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")


class OneQueue(Queue):
    """One queue with its newest messages."""

    rates_since: str = field("From when rates count", TIME)
    messages: list[Message] = field("Its messages, the newest first unless sorted otherwise")
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")


class PendingTask(Task):
    """A task that waits for an answer, with what waits for it."""

    blocks: Any = field(
        "Open tasks that wait for its answer: a list of message_id, agent and depth",
        [{"message_id": "9a4c2d8e-77f1-4a6b-8e1c-2f5b8f6f0d12", "agent": "planner", "depth": 1}],
    )


class Pending(Answer):
    """Tasks of one agent that wait for an answer."""

    agent_name: str = field("The agent as it was asked for", "Researcher")
    pending_count: int = field("Tasks without an answer that match", 1)
    tasks: list[PendingTask] = field("The page, the oldest first unless sorted otherwise")
    tasks_omitted: int = field("Such tasks that are not shown", 0)
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")
