"""Log events that leave at once: states of tasks, and messages that could not be read."""

from time import time_ns

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.semconv._incubating.attributes.gen_ai_attributes import GEN_AI_AGENT_NAME
from opentelemetry.semconv._incubating.attributes.messaging_attributes import (
    MESSAGING_DESTINATION_NAME,
    MESSAGING_DESTINATION_PARTITION_ID,
    MESSAGING_KAFKA_OFFSET,
    MESSAGING_MESSAGE_ID,
)
from opentelemetry.semconv.attributes.exception_attributes import (
    EXCEPTION_MESSAGE,
    EXCEPTION_TYPE,
)
from opentelemetry.util.types import AttributeValue

from agent_sdk import _attributes
from agent_sdk._context import current_agent
from agent_sdk._messages import new_id
from agent_sdk._telemetry import telemetry


def emit(
    name: str,
    attributes: dict[str, AttributeValue],
    *,
    body: str | None = None,
    severity: SeverityNumber = SeverityNumber.INFO,
    context: Context | None = None,
) -> None:
    """Write one log event in the name of the current agent. `context` None: the current one."""
    now = telemetry()
    attributes.setdefault(GEN_AI_AGENT_NAME, current_agent.get() or now.agent_name)
    now.logger.emit(
        LogRecord(
            timestamp=time_ns(),
            context=context,
            severity_number=severity,
            severity_text=severity.name,
            body=body,
            attributes=attributes,
            event_name=name,
        )
    )


def task_state(
    name: str,
    message_id: str,
    topic: str,
    *,
    outcome: str | None = None,
    agent: str | None = None,
    context: Context | None = None,
) -> None:
    """A state event of the task `message_id` of the queue `topic`."""
    attributes: dict[str, AttributeValue] = {
        _attributes.EVENT_ID: new_id(),
        MESSAGING_MESSAGE_ID: message_id,
        MESSAGING_DESTINATION_NAME: topic,
    }
    if agent is not None:
        attributes[GEN_AI_AGENT_NAME] = agent
    if outcome is not None:
        attributes[_attributes.TASK_OUTCOME] = outcome
    emit(name, attributes, context=context)


def unreadable_message(
    agent: str, topic: str, partition: int, offset: int, error: Exception, context: Context
) -> None:
    """`agent` skipped a record that is no AgentMessage."""
    emit(
        _attributes.EVENT_UNREADABLE,
        {
            _attributes.EVENT_ID: new_id(),
            GEN_AI_AGENT_NAME: agent,
            MESSAGING_DESTINATION_NAME: topic,
            MESSAGING_DESTINATION_PARTITION_ID: str(partition),
            MESSAGING_KAFKA_OFFSET: offset,
            EXCEPTION_TYPE: type(error).__name__,
            EXCEPTION_MESSAGE: str(error)[:1000],
        },
        body=f"skipped a record of {topic} that is no AgentMessage",
        severity=SeverityNumber.ERROR,
        context=context,
    )
