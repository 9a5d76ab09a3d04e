"""Kinds of failures."""

from query_service.schemas.base import Answer, field
from query_service.schemas.claude.common import TIME, TRACE
from query_service.schemas.errors import Error, ErrorsSummary


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
