"""What `/api/v1/errors` and the endpoints below it answer."""

from typing import Any

from query_service.schemas.base import Answer, Stored, field

TIME = "2026-11-22T11:51:55.756869"
REPORT = "9f0f6c1e-5f3a-4f0e-8f53-0d9d1c9f7b11"
GROUP = "8f14e45fceea167a"


class Error(Stored):
    """A report of an error as it was sent, or made of OTLP or an error message with these fields.

    Beside it stands the failure that it reports: reports of one error on its way up are one.
    """

    error_id: Any = field("Id of the report", REPORT)
    failure_id: Any = field("Id of the failure: that of its first report", REPORT)
    reports: Any = field("Reports of the failure", 2)
    report_ids: Any = field("Ids of the first 50 of them", [REPORT])
    fingerprint: Any = field("Group of the failure", GROUP)
    severity: Any = field("critical, error, warning or info", "error")
    category: Any = field("What kind of error it is", "timeout_error")
    error_type: Any = field("Class of the exception", "TimeoutError")
    error_message: Any = field("What it says", "no answer after 30 s")
    error_code: Any = field("Code of the error, or null", None)
    stack_trace: Any = field("Stack trace, or null", "Traceback (most recent call last): …")
    trace_id: Any = field("Trace, or null", "4bf92f3577b34da6a3ce929d0e0e4736")
    span_id: Any = field("Span, or null", "00f067aa0ba902b7")
    agent_name: Any = field("Agent as it calls itself, or null", "Researcher")
    agent_id: Any = field("Id of the agent, or null", "researcher")
    operation: Any = field("What was being done, or null", "llm_call:gpt-4o")
    input_data: Any = field("What it was given, an object", {"query": "prices"})
    partial_output: Any = field("What came out before, or null", None)
    model_name: Any = field("Model, or null", "gpt-4o")
    prompt_preview: Any = field("Beginning of the prompt, or null", "Compare the prices")
    token_count: Any = field("Tokens, or null", 1250)
    tool_name: Any = field("Tool, or null", "search")
    tool_parameters: Any = field("What the tool was given, an object", {"query": "prices"})
    timestamp: Any = field("When it was reported", TIME)
    duration_before_error_ms: Any = field("How long it went well, or null", 30000.0)
    is_retryable: Any = field("Whether another try may help", True)
    retry_count: Any = field("Tries before", 1)
    max_retries: Any = field("Most tries", 3)
    suggested_fixes: Any = field("What may help, a list", ["wait"])
    related_docs: Any = field("Where to read on, a list", ["https://example.org/timeouts"])
    environment: Any = field("Environment, or null", "production")
    service_name: Any = field("Service, or null", "researcher")
    host: Any = field("Host, or null", "host-1")
    oddities: Any = field("What is odd about it, when something is", ["timestamp_out_of_range"])


class ErrorsSummary(Answer):
    """Failures by what their first reports say."""

    total_errors: int = field("Failures", 3)
    total_reports: int = field("Reports of them", 5)
    by_severity: dict[str, int] = field("Failures of each severity", {"error": 3})
    by_category: dict[str, int] = field("Failures of each category", {"timeout_error": 3})
    by_agent: dict[str, int] = field(
        "Failures of each agent as it calls itself; unknown where none is named", {"Researcher": 3}
    )


class Errors(Answer):
    """Failures by their first report that matches, newest first."""

    total: int = field("Failures that match", 3)
    total_reports: int = field("Reports of them", 5)
    errors: list[Error] = field("The page")
    summary: ErrorsSummary = field("Of all failures, whatever the filter")
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")


class OneError(Answer):
    """One report."""

    error: Error = field("The report of that id, and the failure it belongs to")


class AgentErrors(Answer):
    """Failures of one agent by their first report of it, newest first."""

    agent_name: str = field("The agent as it was asked for", "Researcher")
    error_count: int = field("Failures that match", 3)
    report_count: int = field("Reports of them", 5)
    errors: list[Error] = field("The page")
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")


class ErrorGroup(Answer):
    """Failures of one type, normalised message and top frame."""

    fingerprint: str = field("Its id", GROUP)
    error_type: str = field("Type of its first failure", "TimeoutError")
    message: str = field("Message of its first failure, 200 characters", "no answer after 30 s")
    failures: int = field("Failures in the window", 3)
    reports: int = field("Reports of them", 5)
    failures_before: int = field("Failures in as long a time before the window", 1)
    first_seen: str = field("Its first failure of all that is kept", TIME)
    last_seen: str = field("Its last report", TIME)
    counts: list[int] = field("Failures in each of the 24 parts of the window", [0, 0, 1, 2])
    agents: list[str] = field("Agents as they call themselves, 50 at most", ["Researcher"])
    releases: list[str] = field("Versions of services, 50 at most", ["1.4.2"])
    sample: Error | None = field("Its latest failure; null when retention has just taken it")


class Window(Answer):
    """The window of time that failures were counted in."""

    since: str = field("Its begin", "2026-11-21T12:00:00")
    until: str = field("Its end", "2026-11-22T12:00:00")
    step_seconds: float = field("Length of each of its 24 parts", 3600.0)


class ErrorGroups(Window):
    """Groups of failures in a window."""

    total: int = field("Groups that match", 12)
    groups: list[ErrorGroup] = field("The page")
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")


class OneErrorGroup(Window):
    """One group of failures in a window."""

    group: ErrorGroup = field("The group")
