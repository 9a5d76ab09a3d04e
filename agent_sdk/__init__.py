"""Telemetry and Kafka queues for agents.

**Usage**:

    import agent_sdk

    agent_sdk.configure("researcher")
    with agent_sdk.AgentQueue() as queue:
        for delivery in queue.receive():
            with delivery.process() as work:
                with agent_sdk.tool("search", {"query": "tea"}) as call:
                    hits = search("tea")
                    call.result(hits)
                work.reply({"hits": hits})

`docs/sdk.md` is the guide.
"""

from agent_sdk._classify import ErrorCategory, ErrorSeverity
from agent_sdk._context import Ack
from agent_sdk._delivery import Delivery, Outcome, Processing
from agent_sdk._errors import DetailedError, record_error
from agent_sdk._headers import MessageHeaders
from agent_sdk._messages import AgentMessage, MessageType, Priority
from agent_sdk._names import consumer_group, queue_topic
from agent_sdk._outbox import QueueClosed, QueueFull, SendFailed
from agent_sdk._outgoing import Sent
from agent_sdk._queue import AgentQueue
from agent_sdk._spans import (
    LLMSpan,
    StepSpan,
    ToolSpan,
    agent,
    llm_call,
    planning,
    reflection,
    task,
    tool,
)
from agent_sdk._telemetry import ExportStats, configure, export_stats, shutdown

__all__ = [
    "Ack",
    "AgentMessage",
    "AgentQueue",
    "Delivery",
    "DetailedError",
    "ErrorCategory",
    "ErrorSeverity",
    "ExportStats",
    "LLMSpan",
    "MessageHeaders",
    "MessageType",
    "Outcome",
    "Priority",
    "Processing",
    "QueueClosed",
    "QueueFull",
    "SendFailed",
    "Sent",
    "StepSpan",
    "ToolSpan",
    "agent",
    "configure",
    "consumer_group",
    "export_stats",
    "llm_call",
    "planning",
    "queue_topic",
    "record_error",
    "reflection",
    "shutdown",
    "task",
    "tool",
]
