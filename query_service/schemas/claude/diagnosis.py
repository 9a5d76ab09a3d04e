"""What is wrong, with everything around it."""

from typing import Literal

from pydantic import RootModel

from query_service.schemas.base import Answer, field
from query_service.schemas.claude.actions import Action
from query_service.schemas.claude.common import TIME, Status
from query_service.schemas.claude.errors import DiagnosedErrors
from query_service.schemas.claude.issues import DiagnosedIssues
from query_service.schemas.claude.performance import Performance
from query_service.schemas.claude.rate_limits import DiagnosedLimits
from query_service.schemas.claude.slow_traces import SlowTrace


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
