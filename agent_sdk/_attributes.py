"""Names that the packages of OpenTelemetry do not have (yet); all others come from there."""

SPAN_KIND = "agent_telemetry.span.kind"
TASK_NAME = "agent_telemetry.task.name"
TASK_OUTCOME = "agent_telemetry.task.outcome"
MESSAGE_TYPE = "agent_telemetry.message.type"
MESSAGE_ATTEMPT = "agent_telemetry.message.attempt"
ERROR_ID = "agent_telemetry.error.id"
EVENT_ID = "agent_telemetry.event.id"

# Proposed for agent-to-agent work, not in a release of the conventions.
TRANSFER_MODE = "gen_ai.transfer.mode"
TRANSFER_TARGET_NAME = "gen_ai.transfer.target.name"
TRANSFER_TARGET_TYPE = "gen_ai.transfer.target.type"

OPERATION_PLAN = "plan"
OPERATION_REFLECT = "reflect"

EVENT_EXCEPTION = "exception"
EVENT_UNREADABLE = "agent_telemetry.message.unreadable"
EVENT_CLAIMED = "agent_telemetry.task.claimed"
EVENT_STARTED = "agent_telemetry.task.started"
EVENT_HEARTBEAT = "agent_telemetry.task.heartbeat"
EVENT_DONE = "agent_telemetry.task.done"
