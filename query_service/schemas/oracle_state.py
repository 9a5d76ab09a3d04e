"""What `/api/v1/oracle/state` and its agents and queues answer."""

from typing import Any, Literal

from pydantic import RootModel

from query_service.schemas.base import Answer, field
from query_service.schemas.oracle import TIME, Model, OneWorkload

TASK = "5f0d7c6e-3b43-4b0a-9d3c-8f0b6a0a9e11"
_ISSUES = field("What does not run as it should", ["shop/coder: 1 of 2 pods are available"])
_UNKNOWN = field(
    "What is not known or not shown, and why",
    ["deployment_name is null, known by telemetry alone: 1 agent: Researcher"],
)


class ActiveTask(Answer):
    """What an agent is at."""

    id: str = field("Message of the task; of a span that runs without one its id", TASK)
    started_on: str = field("When somebody began it", TIME)
    status: Literal["running", "waiting", "completed", "failed"] = field(
        "waiting for a task that it sent; completed and failed: it said so, and did not answer"
    )


class Activity(Answer):
    """What an agent does."""

    active_task_ids: list[ActiveTask] = field("Its tasks, the oldest first")
    updated_at: str = field("When it was seen last", TIME)


class OracleAgent(Answer):
    """An agent."""

    name: str = field("As it calls itself, or as its Deployment names it", "Researcher")
    deployment_name: str | None = field("Its Deployment; null: nobody tells of one", "researcher")
    models: list[str] = field("Models that it calls", ["claude-sonnet-4"])
    description: str = field("What its Deployment says of it", "Looks things up", sometimes=True)
    activity: Activity = field("What it is at")
    known_by: list[str] = field(
        "With strict=false: kubernetes, messages, spans, tasks", ["messages"], sometimes=True
    )
    deployments: list[str] = field(
        "With strict=false: its Deployments", ["shop/researcher"], sometimes=True
    )
    queues: list[str] = field(
        "With strict=false: its queues", ["agent-queue-researcher"], sometimes=True
    )
    active_tasks: int = field("With strict=false: its active tasks in all", 1, sometimes=True)
    cost: float | None = field(
        "With strict=false: what its stored spans cost, where they tell it", 0.25, sometimes=True
    )


class OracleAgents(Answer):
    """OracleAgents of the state."""

    agents: list[OracleAgent] = field("Each agent, by its name")
    issues: list[str] = _ISSUES
    unknown: list[str] = _UNKNOWN


class TaskPriority(Answer):
    """How urgent a task is, and what it waits for."""

    level: Literal["low", "normal", "high", "critical"] = field("Its priority")
    blocked_task: str = field("The task that it waits for", TASK, sometimes=True)
    waiting_since_mins: float = field("Minutes that it waits", 2.5, sometimes=True)


class TaskState(Answer):
    """A task that waits for an answer."""

    id: str = field("Its message", TASK)
    priority: TaskPriority = field("How urgent it is")
    submitted_at: str = field("When it was sent", TIME)
    invoked_by: str = field("Its sender", "Orchestrator", sometimes=True)
    prompt: str = field("Its reason, at most 2,000 characters", "look it up", sometimes=True)
    args: Any = field(
        "Its payload, an object of at most 200 characters", {"query": "tea"}, sometimes=True
    )
    state: Literal["queued", "in_progress", "expired", "lost", "unknown"] = field(
        "With strict=false: its state", "queued", sometimes=True
    )


class OracleQueue(Answer):
    """A queue."""

    name: str = field("Its topic", "agent-queue-researcher")
    tasks: list[TaskState] = field("Its oldest tasks without an answer")
    updated_at: str = field("When it was seen so in Kafka", TIME)
    pending_tasks: int = field("With strict=false: tasks without an answer", 2, sometimes=True)
    queued: int = field("With strict=false: of these those in the queue", 1, sometimes=True)
    in_progress: int = field("With strict=false: those worked on", 1, sometimes=True)
    expired: int = field("With strict=false: those beyond their time to live", 0, sometimes=True)
    lost: int = field("With strict=false: those that nobody reads", 0, sometimes=True)
    unknown: int = field("With strict=false: those of an unseen queue", 0, sometimes=True)
    lag: dict[str, int] | None = field(
        "With strict=false: lag of each consumer group; null: not seen within the hour",
        {"researchers": 1},
        sometimes=True,
    )
    consumers: int | None = field("With strict=false: who reads it", 1, sometimes=True)


class OracleQueues(Answer):
    """OracleQueues of the state."""

    queues: list[OracleQueue] = field("Each queue, by its name")
    issues: list[str] = _ISSUES
    unknown: list[str] = _UNKNOWN


class OneSource(Answer):
    """How a source of the observer is."""

    state: str = field("ok, unreachable, refused, off, or silent: the observer is", "ok")
    since: str | None = field("Since when", TIME)
    message: str = field("Why", "no answer", sometimes=True)


_SOURCES = {"kafka": {"state": "ok", "since": TIME}}


class ModelCalls(Answer):
    """What spans tell of a model: its calls that ended in the last five minutes."""

    requests: int = field("Calls", 48)
    tokens: int = field("Their tokens, in and out", 21000)
    failures: int = field("Those that failed", 1)
    rpm: int = field("Calls that ended in the last minute", 12)
    tpm: int = field("Their tokens", 5210)
    last_call: str = field("When the last one ended", TIME)


class ModelDeployment(Answer):
    """A deployment of a gateway's model."""

    id: str = field("Its id at the gateway", "1983ba190adde971")
    model: str | None = field("What it calls", "openai/gpt-4o")
    provider: str | None = field("Whose that is", "openai")
    tpm_max: float | None = field("Tokens that it may take in a minute", 100000.0)
    rpm_max: float | None = field("Requests that it may take in a minute", 1000.0)
    health: Literal["healthy", "unstable", "failing"] | None = field(
        "By the calls that were seen last; null: none in the last hour, or nobody counts"
    )
    cooldowns_last_hour: int | None = field("How often the gateway let it rest", 1)
    cooled_down_at: str | None = field("When that was seen last, in the last hour", TIME)


class OracleModel(Model):
    """A model; with strict=false with further fields: its source, and what that tells of it."""

    source: Literal["litellm", "ollama", "spans"] = field(
        "With strict=false: who tells of it", sometimes=True
    )
    updated_at: str = field("With strict=false: when it was seen so", TIME, sometimes=True)
    health: Literal["healthy", "unstable", "failing"] = field(
        "With strict=false: of all its deployments whose is known", sometimes=True
    )
    spend: float = field(
        "With strict=false: US dollars since the gateway started", 1.5, sometimes=True
    )
    spend_last_hour: float = field("With strict=false: in the last hour", 0.25, sometimes=True)
    deployments: list[ModelDeployment] = field(
        "With strict=false: what a gateway has for it", sometimes=True
    )
    calls: ModelCalls = field("With strict=false: what spans tell", sometimes=True)
    size: float = field("With strict=false: bytes", 4661224676.0, sometimes=True)
    parameter_size: str = field("With strict=false: as Ollama writes it", "8.0B", sometimes=True)
    quantization: str = field("With strict=false: as Ollama writes it", "Q4_0", sometimes=True)
    modified_at: str = field("With strict=false: when it changed", TIME, sometimes=True)
    loaded: bool = field("With strict=false: whether it is in memory", sometimes=True)
    loaded_size: float = field("With strict=false: bytes in memory", 6.5e9, sometimes=True)
    vram_size: float = field("With strict=false: those of a GPU", 6.5e9, sometimes=True)
    loaded_context: int = field("With strict=false: tokens that fit in", 4096, sometimes=True)
    expires_at: str = field("With strict=false: when it is unloaded", TIME, sometimes=True)


class State(Answer):
    """The state; /api/v1/oracle/schema has its schema."""

    id: str = field("Of this answer, another each time", "88b3eb33-f100-4add-997d-5dfeaa8a2189")
    agents: list[OracleAgent] = field("Each agent")
    workload: list[OneWorkload] = field("Each Deployment and StatefulSet")
    queues: list[OracleQueue] = field("Each queue")
    litellm: list[OracleModel] = field("Each model")
    generated_at: str = field("With strict=false: of when it is", TIME, sometimes=True)
    status: Literal["healthy", "degraded"] = field(
        "With strict=false: degraded when there are issues", sometimes=True
    )
    sources: dict[str, OneSource] = field(
        "With strict=false: sources of the observer", _SOURCES, sometimes=True
    )
    issues: list[str] = field("With strict=false: what is wrong", [], sometimes=True)
    unknown: list[str] = field("With strict=false: what is not known", [], sometimes=True)


class Summary(Answer):
    """The state in figures."""

    agent_count: int = field("OracleAgents", 4)
    active_tasks: int = field("Active tasks of agents", 3)
    running_pods: int = field("Pods that run, where a cluster is watched", 8, sometimes=True)
    queued_tasks: int = field("Tasks without an answer", 2)
    llm_models: int = field("Models", 2)
    issues: list[str] = _ISSUES
    status: Literal["healthy", "degraded"] = field("degraded when there are issues")
    generated_at: str = field("Of when it is", TIME)


class Log(Answer):
    """The state as text."""

    log: str = field("Line by line", "=== Oracle state ===\n[STATUS: HEALTHY]")


class AnyState(RootModel[State | Summary | Log]):
    """The state, its figures or its text, by `format`."""


class Issues(Answer):
    """What is wrong with the system."""

    status: Literal["healthy", "degraded"] = field("degraded when there are issues")
    issues: list[str] = _ISSUES
    unknown: list[str] = _UNKNOWN
    sources: dict[str, OneSource] = field("Sources of the observer", _SOURCES)
    agent_count: int = field("OracleAgents", 4)
    active_tasks: int = field("Active tasks of agents", 3)
    queued_tasks: int = field("Tasks without an answer", 2)


class Violation(Answer):
    """Where a document is not as its schema wants it."""

    path: str = field("Names and numbers on the way there", "agents/0/models/0")
    message: str = field("What is wrong", "None is not of type 'string'")
    validator: str = field("The word of the schema", "type")
    validator_value: Any = field("What the schema wants", "string")


class Validation(Answer):
    """Whether a document has the schema of the state."""

    valid: bool = field("Whether nothing is wrong")
    error_count: int = field("What is wrong, up to 1,000", 1)
    errors: list[Violation] = field("The first 100 of these")
