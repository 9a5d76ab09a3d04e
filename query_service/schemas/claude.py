"""What the endpoints for models answer."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, RootModel

from query_service.schemas.base import Answer, Stored, field
from query_service.schemas.errors import Error, ErrorsSummary
from query_service.schemas.traces import TraceError, TraceHandoff

TIME = "2026-11-22T11:50:30"
TASK = "5f0d7c6e-3b43-4b0a-9d3c-8f0b6a0a9e11"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
Severity = Literal["critical", "high", "medium", "low", "info"]
Status = Literal["healthy", "degraded", "critical"]


class Ids(Answer):
    """Ids of what a finding concerns."""

    ids: list[str] = field("The first of them, the oldest first", [TASK])
    total: int = field("How many there are", 1)


class Evidence(Answer):
    """The proof in figures."""

    figures: dict[str, float] = field(
        "Numbers by name; what was not observed is absent", {"tasks": 3}
    )
    facts: dict[str, str] = field("Texts by name", {"topic": "agent-queue-coder"})


class Issue(Answer):
    """A finding."""

    id: str = field("The same for the same thing whenever it is found", "0f343b0931126a20")
    kind: str = field("What kind of finding it is: docs/detectors", "lost_handoff")
    category: str = field("Its kind in the words of the earlier system", "connectivity")
    severity: Severity = field("How bad it is")
    confidence: float = field("From 0 to 1", 0.9)
    title: str = field("What is wrong, in a line", "3 handoffs around coder are lost")
    description: str = field("What this kind of finding means", "Work was handed over …")
    agents: list[str] = field("Agents, the one at fault first", ["coder", "orchestrator"])
    subject: str = field("What it is about", "agent-queue-coder")
    caused_by: str | None = field("Id of the finding that explains this one", None)
    consequences: int = field("How many findings it explains", 2)
    first_seen: str = field("Since when", TIME)
    last_seen: str = field("When it was seen last", TIME)
    evidence: Evidence = field("The proof")
    tasks: Ids = field("Messages concerned")
    traces: Ids = field("Traces concerned")
    errors: Ids = field("Errors concerned")
    sql: str = field("Shows the evidence, as it stands, at /api/v1/sql", "SELECT 1")
    suggested_actions: list[str] = field("How to mend it, in this order", ["Start the agent"])
    verify: list[str] = field(
        "Commands that show whether it is mended", ["curl -s localhost:8080/api/v1/queues"]
    )
    affected_components: list[str] = field("As `agents`", ["coder"])
    related_trace_ids: list[str] = field("As `traces`", [TRACE])
    metadata: dict[str, float | str] = field("As `evidence`", {"tasks": 3})
    detected_at: str = field("The time asked for", TIME)


class IssueCounts(Answer):
    """Findings by severity."""

    critical: int = field("critical", 0)
    high: int = field("high", 1)
    medium: int = field("medium", 0)
    total: int = field("All of them, those of low severity too", 1)


class DiagnosedIssues(Answer):
    """Findings."""

    items: list[Issue] = field("Findings, each root before what comes of it, the worst first")
    counts: IssueCounts = field("How many there are")
    omitted: int = field("Findings beyond those that are told", 0)


class DiagnosisMetadata(Answer):
    """What the diagnosis is of."""

    generated_at: str = field("The time asked for", TIME)
    since: str = field("Start of the window", TIME)
    time_window_minutes: int = field("Its length", 15)
    system_status: Status = field("In a word")
    detectors: int = field("How many kinds were looked for", 21)
    cut_detectors: list[str] = field(
        "Kinds with more than 200 findings, of which the worst are told and counted", []
    )
    failed_detectors: dict[str, str] = field("Kinds that could not be looked for, and why", {})


class Latency(Answer):
    """Of traces that are over; null without any."""

    avg_ms: float | None = field("Mean, ms", 2902.33)
    p50_ms: float | None = field("Median, ms", 3013.38)
    p95_ms: float | None = field("95 of 100 took no longer, ms", 3042.3)
    p99_ms: float | None = field("99 of 100 took no longer, ms", 5317.99)
    max_ms: float | None = field("The longest, ms", 5317.99)


class PerTrace(Answer):
    """A total."""

    total: int = field("In all", 2259)
    avg_per_trace: float | None = field("For each trace; null without any", 23.53)


class Performance(Answer):
    """How the traces that began in the window went."""

    time_window_minutes: int = field("Length of the window", 15)
    total_traces: int = field("Traces that began in it", 96)
    successful_traces: int = field("Of these those that were completed", 95)
    failed_traces: int = field("Those that failed", 1)
    success_rate: float | None = field("Of those that are over; null without any", 0.9896)
    latency: Latency = field("How long they took")
    tokens: PerTrace = field("Tokens of models")
    llm_calls: PerTrace = field("Calls of models")
    tool_calls: int = field("Calls of tools", 2)
    unique_agents: int = field("Agents in them", 10)


class ClaudeErrorGroup(Answer):
    """A kind of failure."""

    error_type: str = field("Type of its first failure", "TimeoutError")
    error_category: str = field("Category of its sample", "timeout_error")
    count: int = field("Failures in the window", 3)
    first_seen: str = field("Its first failure of all that is kept", TIME)
    last_seen: str = field("Its last report", TIME)
    affected_agents: list[str] = field("Agents, 50 at most", ["Researcher"])
    sample_message: str = field("Message of its latest failure", "no answer after 30 s")
    sample_trace_id: str | None = field("Its trace, or null", TRACE)
    fingerprint: str = field("Id of the group", "8f14e45fceea167a")
    reports: int = field("Reports of these failures", 5)
    count_before: int = field("Failures in as long a time before the window", 1)
    releases: list[str] = field("Versions of services, 50 at most", ["1.4.2"])
    sample_error_id: str | None = field("Id of the latest failure, or null", "e-1")
    sample_stack_trace: str | None = field("Its whole stack trace, or null", "Traceback …")
    suggestions: list[str] = field(
        "What to try: what its reporter suggests, then what helps its category",
        ["Retry with growing waits"],
        sometimes=True,
    )


class ClaudeErrors(Answer):
    """Kinds of failures."""

    total_error_types: int = field("Groups in the window", 12)
    errors: list[ClaudeErrorGroup] = field("Those with the most failures")
    error_store_summary: ErrorsSummary = field("Counts of all errors")
    source: str = field("Where errors come from: always error_reports", "error_reports")
    raw_errors: list[Error] = field("The last failures, when asked for", sometimes=True)


class DiagnosedErrors(Answer):
    """Errors of the window."""

    recent: list[ClaudeErrorGroup] = field("Kinds of failures, most first, 10 at most")
    error_rate: float | None = field("Of traces that are over; null without any", 0.0104)


class Use(Answer):
    """Use of a limit."""

    used: float | None = field("In the last minute; null: nobody tells", 1200.0)
    limit: float | None = field("May be used in a minute; null: nobody tells", 100000.0)
    percentage: float | None = field("Of the limit", 1.2)


class ModelLimits(Answer):
    """Limits of a model."""

    model: str = field("Its name", "gpt-5")
    provider: str = field("Whose it is", "openai")
    tpm: Use = field("Tokens in a minute")
    rpm: Use = field("Requests in a minute")
    is_limited: bool = field("95 % of a limit or more are used")
    estimated_reset_seconds: float | None = field("Null: no gateway tells it", None)


class RateLimits(Answer):
    """Models at their limits."""

    status: Literal["ok", "warning", "limited"] = field("warning above 80 %, limited from 95 %")
    any_limited: bool = field("Whether a model is at its limit")
    models: list[ModelLimits] = field("Models, nearest to their limits first")


class DiagnosedLimits(Answer):
    """Limits in a diagnosis."""

    status: list[ModelLimits] = field("Models, nearest to their limits first")
    any_limited: bool = field("Whether a model is at its limit")


class SlowestSpan(Answer):
    """A span."""

    name: str = field("Its name", "chat gpt-5")
    duration_ms: float = field("How long it took, or has taken so far, ms", 4100.5)
    own_ms: float = field("Without its children, ms", 4100.5)
    span_id: str = field("Its id", "00f067aa0ba902b7")
    agent_name: str = field("Its agent", "Researcher")
    kind: str = field("Its kind", "llm_call")


class SlowTrace(Answer):
    """A slow trace."""

    trace_id: str = field("Its id", TRACE)
    duration_ms: float | None = field("How long it took, ms", 5317.99)
    status: str = field("Its status", "completed")
    agent_count: int = field("Agents in it", 2)
    llm_call_count: int = field("Calls of models", 3)
    slowest_span: SlowestSpan | None = field("The span with the longest time of its own")
    bottleneck_analysis: str = field("The same in words", "Tool search took 4,100 ms of its own")


class SlowTraces(Answer):
    """Slow traces."""

    threshold_ms: float = field("From so long on, ms", 5000.0)
    count: int = field("How many are shown", 1)
    traces: list[SlowTrace] = field("The slowest first")


class Action(Answer):
    """Something to do."""

    priority: Literal["high", "medium"] = field("How urgent it is")
    action: str = field("What to do", "Start coder")
    rationale: str = field("Why", "Addresses: coder does not read its queue")
    related_issue_id: str = field("The finding", "0f343b093112")


class Actions(Answer):
    """What to do."""

    system_status: Status = field("In a word")
    total_actions: int = field("How many are told", 1)
    actions: list[Action] = field("In this order")


class WholeDiagnosis(Answer):
    """What is wrong, with everything around it."""

    metadata: DiagnosisMetadata = field("What it is of")
    issues: DiagnosedIssues = field("What is wrong")
    performance: Performance = field("How traces went")
    errors: DiagnosedErrors = field("Kinds of failures")
    rate_limits: DiagnosedLimits = field("Limits of models")
    slow_traces: list[SlowTrace] = field("Traces above 5,000 ms, the slowest first")
    suggested_actions: list[Action] = field("What to do, in this order, 10 at most")
    debugging_context: str = field("Who was active, and what is usual", "Active agents: coder")
    system_summary: str = field("In a few sentences", "HEALTHY: no finding of high severity.")


class SeverityCounts(Answer):
    """Findings by severity."""

    critical: int = field("critical", 0)
    high: int = field("high", 1)
    medium: int = field("medium", 0)


class DiagnosisSummary(Answer):
    """A diagnosis in short."""

    format: Literal["summary"] = field("The form")
    system_status: Status = field("In a word")
    system_summary: str = field("In a few sentences", "HEALTHY: no finding of high severity.")
    issue_counts: SeverityCounts = field("Findings by severity")
    error_rate: float | None = field("Of traces that are over; null without any", 0.0104)
    any_rate_limited: bool = field("Whether a model is at its limit")
    suggested_actions: list[Action] = field("The first three things to do")


class DiagnosisText(Answer):
    """A diagnosis as a text."""

    format: Literal["markdown", "prompt"] = field("The form")
    system_status: Status = field("In a word")
    content: str = field("The text", "# Diagnosis")


class Diagnosis(RootModel[WholeDiagnosis | DiagnosisSummary | DiagnosisText]):
    """What is wrong, in one of its forms."""


class ContextSummary(Answer):
    """A trace in figures."""

    agent_count: int | None = field("Agents", 2)
    llm_calls: int | None = field("Calls of models", 3)
    tool_calls: int | None = field("Calls of tools", 1)
    total_tokens: int | None = field("Tokens of models", 1250)
    error_count: int = field("Failures", 0)


class Bottleneck(Answer):
    """The span with the longest time of its own."""

    span_id: Any = field("Its id", "00f067aa0ba902b7")
    name: Any = field("Its name", "chat gpt-5")
    agent_name: Any = field("Its agent", "Researcher")
    duration_ms: float = field("How long it took, ms", 4100.5)
    own_ms: float = field("Without its children, ms", 4100.5)
    span_kind: Any = field("Its kind", "llm_call")


class ContextEntry(Stored):
    """A span that began, or an event."""

    type: Any = field("span or event", "span")
    timestamp: Any = field("When", TIME)
    span_id: Any = field("Of a span: its id", "00f067aa0ba902b7")
    agent: Any = field("Of a span: its agent", "Researcher")
    kind: Any = field("Of a span: its kind", "llm_call")
    duration_ms: Any = field("Of a span: how long it took, ms; null while it runs", 4100.5)
    status: Any = field("Of a span: its status", "completed")
    error: Any = field("Of a span: what failed it, or null", None)
    event_type: Any = field("Of an event: its type", "handoff")
    message: Any = field("Of an event: what it says", "Handoff: Researcher -> Writer")
    severity: Any = field("Of an event: its severity", "info")


class TraceContext(Answer):
    """A trace in short."""

    trace_id: Any = field("Its id", TRACE)
    status: Any = field("running, completed, failed, waiting, cancelled", "completed")
    duration_ms: float | None = field("How long it took, ms; null while it runs", 3014.995)
    is_slow: bool = field("Above 5,000 ms")
    has_errors: bool = field("Whether a span failed or an error was reported")
    summary: ContextSummary = field("In figures")
    bottleneck: Bottleneck | None = field("What took the time; null without a timed span")
    timeline: list[ContextEntry] = field("Spans by their starts and events, 500 at most")
    timeline_omitted: int = field("Entries that are not shown", 0)
    handoffs: list[TraceHandoff] = field("Its handoffs, oldest first")
    errors: list[TraceError] = field("Its failures, oldest first")
    user_input: Any = field("What the user asked, or null", "Compare the prices")
    final_output: Any = field("What came out, or null", "B is cheaper")


Section = Literal[
    "releases",
    "issues",
    "errors",
    "speeds",
    "workload",
    "litellm",
    "sources",
    "queues",
    "agents",
]


class RankedChange(Answer):
    """Something that is other than before."""

    section: Literal[
        "releases",
        "issues",
        "errors",
        "speeds",
        "workload",
        "litellm",
        "sources",
        "queues",
        "agents",
    ] = field("Of what")
    name: str = field("Of which one", "shop/coder (Deployment)")
    change: Literal["added", "removed", "changed"] = field("What happened")
    attribute: str | None = field("What of it changed; null: all of it", "image")
    before: Any = field("What it was; null: not there, or not known", "example/coder:1")
    after: Any = field("What it is; null: not there, or not known", "example/coder:2")
    text: str = field("The same in words", "workload shop/coder: image was a:1, is a:2")
    weight: float = field("How likely it matters; the changes are in this order", 90.0)


class Changes(Answer):
    """What changed between two times."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(
        alias="from", description="The first time", json_schema_extra={"example": TIME}
    )
    to: str = field("The second time", TIME)
    changes: list[RankedChange] = field("Changes, the weightiest first")
    changes_omitted: int = field("Changes beyond those that are told", 0)
    text: str = field("All of it in words", "From … to …: 1 changes")
    unknown: list[str] = field(
        "What is not known at one of the times, and why",
        ["kubernetes is not observed (it is off)"],
    )
