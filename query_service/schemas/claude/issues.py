"""What is wrong."""

from typing import Literal

from query_service.schemas.base import Answer, field
from query_service.schemas.claude.common import TIME, TRACE

TASK = "5f0d7c6e-3b43-4b0a-9d3c-8f0b6a0a9e11"
Severity = Literal["critical", "high", "medium", "low", "info"]


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
