"""What `/api/v1/traces` and the endpoints below it answer."""

from typing import Any, Literal

from query_service.schemas.base import Answer, Stored, field
from query_service.schemas.events import Event

TIME = "2026-11-22T11:51:55.756869"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
MESSAGE = "9a4c2d8e-77f1-4a6b-8e1c-2f5b8f6f0d11"


class Span(Stored):
    """A span as it was sent, or one of OTLP with these same fields."""

    span_id: Any = field("Its id", SPAN)
    trace_id: Any = field("Its trace", TRACE)
    parent_span_id: Any = field("Parent span, null for a root", None)
    agent_id: Any = field("Id of the agent", "researcher")
    agent_name: Any = field("Agent as it calls itself", "Researcher")
    span_kind: Any = field("agent, task, tool, llm_call, handoff, planning, reflection", "agent")
    status: Any = field("running, waiting, completed, failed, cancelled", "completed")
    start_time: Any = field("Start", TIME)
    end_time: Any = field("End; null while it runs", TIME)
    duration_ms: Any = field("How long it took; null while it runs", 812.5)
    input_data: Any = field("What it was given, an object", {"query": "prices"})
    output_data: Any = field("What came out, an object", {"found": 3})
    model_name: Any = field("Model, or null", "gpt-4o")
    messages: Any = field("What the model was given", [{"role": "user", "content": "Why?"}])
    response: Any = field("What the model answered, or null", "So.")
    token_usage: Any = field("Tokens, or null", {"prompt_tokens": 10, "completion_tokens": 5})
    error_message: Any = field("Error, or null", None)
    error_type: Any = field("Type of the error, or null", None)
    attributes: Any = field("Attributes, an object", {"gen_ai.tool.name": "search"})
    events: Any = field("Events of the span", [{"name": "exception"}])
    oddities: Any = field("What is odd about it, when something is", ["end_before_start"])


class TraceHandoff(Stored):
    """A handoff of a trace: its record as it came, or made from the task that was sent."""

    handoff_id: Any = field("Its id; that of the message when there is no record", MESSAGE)
    trace_id: Any = field("Trace", TRACE)
    source_agent_id: Any = field("Sender's id", "orchestrator")
    source_agent_name: Any = field("Sender", "Orchestrator")
    target_agent_id: Any = field("Receiver's id", "researcher")
    target_agent_name: Any = field("Receiver", "Researcher")
    reason: Any = field("Why the work is handed over", "research")
    context: Any = field("Context, an object", {"queue_topic": "agent-queue-researcher"})
    timestamp: Any = field("Time", TIME)


class Trace(Stored):
    """A trace: what its record says, and what its spans show."""

    trace_id: Any = field("Its id", TRACE)
    session_id: Any = field("Session, or null", "session-7")
    user_id: Any = field("User, or null", "user-3")
    root_agent_id: Any = field("Agent of its root span", "orchestrator")
    root_agent_name: Any = field("The same as it calls itself", "Orchestrator")
    spans: Any = field("Its first spans; in lists only when asked", [{"span_id": SPAN}])
    handoffs: Any = field("Its handoffs; in lists with spans", [{"handoff_id": MESSAGE}])
    start_time: Any = field("Earliest start", TIME)
    end_time: Any = field("Latest end; null while it runs", TIME)
    total_duration_ms: Any = field("How long it took; null while it runs", 3020.5)
    total_tokens: Any = field("Tokens of calls of models", 1250)
    total_cost: Any = field("Sum of the prices told, or null", 0.012)
    agent_count: Any = field("Agents", 3)
    tool_call_count: Any = field("Calls of tools", 4)
    llm_call_count: Any = field("Calls of models", 5)
    status: Any = field("running, completed, failed, waiting, cancelled", "completed")
    error_message: Any = field("What failed it, or null", None)
    user_input: Any = field("What the user asked, or null", "Compare the prices")
    final_output: Any = field("What came out, or null", "B is cheaper")
    metadata: Any = field("Metadata of the record, an object", {"origin": "web"})
    span_count: Any = field("Spans", 20)
    open_spans: Any = field("Spans that have not ended", 0)
    failed_spans: Any = field("Spans that failed", 0)
    agents: Any = field("Agents, as their queues are called", ["orchestrator", "researcher"])
    models: Any = field("Models", ["gpt-4o"])
    spans_omitted: Any = field("Spans that are not shown here", 15)
    handoffs_omitted: Any = field(
        "In lists: handoffs that are not shown here; null when they were not asked for", None
    )
    recorded_status: Any = field("What the record says, when its spans show otherwise", "completed")


class Traces(Answer):
    """Traces, newest or longest first."""

    traces: list[Trace] = field("The page")
    next_cursor: str | None = field("Gives the next page; null at the end", None)
    has_more: bool = field("Whether more follow")


class TraceMessage(Answer):
    """A message of a trace, without its payload."""

    message_id: str = field("Its id", MESSAGE)
    message_type: str = field("task, result, error, heartbeat, cancel", "task")
    source_agent: str = field("Sender", "Orchestrator")
    target_agent: str = field("Owner of the queue", "researcher")
    parent_message_id: str | None = field("Message that it answers", None)
    span_id: str | None = field("Span in which it was sent", SPAN)
    reason: str | None = field("Why, 200 characters", "research")
    timestamp: str = field("When it was sent", TIME)
    deliveries: int = field("Records of it", 1)


class LinkedTrace(Answer):
    """Another trace, joined by links of spans."""

    trace_id: str = field("The other trace", TRACE)
    direction: Literal["to", "from"] = field("to: this one links there; from: that one here")
    links: int = field("Spans that have such links", 1)
    span_ids: list[str] = field("The first 10 of them", [SPAN])


class OneTrace(Answer):
    """One trace with everything that is known of it."""

    trace: Trace = field("The trace, with its first 100 spans")
    spans: list[Span] = field("Its spans, 10,000 at most")
    events: list[Event] = field("Its events, oldest first")
    handoffs: list[TraceHandoff] = field("Its handoffs, oldest first")
    messages: list[TraceMessage] = field("Its messages, oldest first")
    linked_traces: list[LinkedTrace] = field("Traces that it is joined with by links, 100 at most")


class TraceSpans(Answer):
    """Spans of a trace."""

    spans: list[Span] = field("In the order of their starts, 10,000 at most")
    spans_omitted: int = field("How many more there are", 0)


class TimelineEntry(Answer):
    """Something that happened in a trace."""

    type: Literal["span_start", "span_end", "event", "handoff"] = field("What it is")
    timestamp: str | None = field("When", TIME)
    data: dict[str, Any] = field("Details: of a span its id, else the record", {"span_id": SPAN})


class Timeline(Answer):
    """What happened in a trace, in the order of time."""

    timeline: list[TimelineEntry] = field("Ascending; at the same time starts first, ends last")


class TraceNode(Answer):
    """An agent of a trace."""

    id: str = field("Its id", "researcher")
    name: str = field("Its name", "Researcher")
    type: Any = field("Its type as its spans tell it, or null", None)
    span_count: int = field("Its spans", 4)
    total_duration_ms: float = field("How long they took together", 2400.5)


class TraceEdge(Answer):
    """Who worked for whom."""

    source: str = field("Who gave the work", "orchestrator")
    target: str = field("Who did it", "researcher")
    type: Literal["handoff", "parent_child"] = field("How it is known")
    reason: str = field("Why, of a handoff", "research", sometimes=True)


class TraceGraph(Answer):
    """Agents of a trace and who worked for whom."""

    nodes: list[TraceNode] = field("Agents")
    edges: list[TraceEdge] = field("Handoffs, and spans of one agent below those of another")


class TraceError(Stored):
    """A failure by its first report, as it came."""

    error_id: Any = field("Id of the report", "9f0f6c1e-5f3a-4f0e-8f53-0d9d1c9f7b11")
    error_type: Any = field("Type", "TimeoutError")
    error_message: Any = field("Message", "no answer after 30 s")
    severity: Any = field("critical, error, warning, info", "error")
    timestamp: Any = field("When it was reported", TIME)


class TraceErrors(Answer):
    """Failures of a trace."""

    trace_id: str = field("The trace", TRACE)
    error_count: int = field("Failures", 1)
    report_count: int = field("Reports of them", 2)
    errors: list[TraceError] = field("Oldest first")


class OwnTime(Answer):
    """Time that one span, or the wait for it, takes of the path."""

    type: Literal["span", "wait", "gap"] = field(
        "span: its own time; wait: until it began; gap: nobody knows what was waited for"
    )
    span_id: str = field("The span; the message, in a trace without spans", SPAN)
    name: str = field("Its name", "chat gpt-4o")
    agent_name: str = field("Its agent", "Researcher")
    kind: str = field("Its kind; message, in a trace without spans", "llm_call")
    message_id: str | None = field("Message that it works on or sends", MESSAGE)
    is_open: bool = field("Whether it has not ended")
    self_ms: float = field("How long", 812.5)
    share: float = field("Share of the total", 0.27)


class PathPiece(OwnTime):
    """A piece of the path."""

    start_time: str = field("Start", TIME)
    end_time: str = field("End", TIME)


class CriticalPath(Answer):
    """What the total time of a trace was spent on."""

    trace_id: str = field("The trace", TRACE)
    start_time: str | None = field("Earliest start; null without spans and tasks", TIME)
    end_time: str | None = field("Latest end; the time of the answer while it runs", TIME)
    total_ms: float | None = field("From start to end", 3020.5)
    path: list[PathPiece] = field("The pieces in the order of time, the last 1,000")
    path_omitted: int = field("How many came before", 0)
    by_span: list[OwnTime] = field("The same by span, longest first, 1,000 at most")
    missing_parents: int = field("Spans whose parent is not known", 0)
    cycles: int = field("Circles of parents that were cut", 0)
    clock_skew: int = field("Spans that end before they start, or start before their parent", 0)
