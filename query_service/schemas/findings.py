"""What `/api/v1/findings` answers."""

from typing import Literal

from query_service.diagnose.declaration import Severity
from query_service.schemas.base import Answer, field
from query_service.schemas.claude.issues import Evidence, Ids

TIME = "2026-11-22T11:51:55.756869"
ID = "3f1d0c9b7a52"


class KeptFinding(Answer):
    """An episode of a finding: from the run that found it to the one that missed it last."""

    id: str = field("The same whenever the same thing is found", ID)
    state: Literal["open", "resolved"] = field("At the time asked for")
    opened_at: str = field("Run that found it first", TIME)
    checked_at: str = field("Last run that found or missed it: the rest is as of it, at most", TIME)
    resolved_at: str | None = field("Run that missed it for the last time; null while open", TIME)
    severity: Severity = field("At the time asked for")
    worst_severity: Severity = field("The worst up to then")
    kind: str = field("Kind of finding (docs/detectors)", "agent_not_consuming")
    subject: str = field("What it is about", "agent-queue-coder")
    confidence: float = field("How sure it is, 0 to 1", 0.9)
    title: str = field("What is wrong, in a line", "coder does not read its queue: 3 tasks wait")
    agents: list[str] = field("The one at fault first", ["coder", "planner"])
    suggested_actions: list[str] = field("How to mend it, in order", ["Start coder again"])
    caused_by: str | None = field("Id of the finding that explains it, or did last; or null", ID)
    first_seen: str = field("First sign of it in the data", TIME)
    last_seen: str = field("Last sign of it in the data", TIME)
    evidence: Evidence = field("What shows it")
    tasks: Ids = field("Tasks concerned")
    traces: Ids = field("Traces concerned")
    errors: Ids = field("Errors concerned")


class _OfRun(Answer):
    """What is known of the run that an answer is of."""

    as_of: str | None = field("Last run of the detectors up to the time; null without one", TIME)
    reason: str | None = field(
        "Why nothing may be known, when that is so",
        "No run of the detectors up to then: no observer works, or its ALERTS_INTERVAL is 0",
    )
    failed_kinds: dict[str, str] = field("Kinds that it could not look for, and why", {})
    cut_kinds: list[str] = field("Kinds with more findings than it takes", [])


class Findings(_OfRun):
    """Episodes of findings."""

    total: int | None = field("Episodes that match, when all are on this page; else null", 1)
    findings: list[KeptFinding] = field("The newest of them")
    next_cursor: str | None = field("For the next page; null at the end", "eyJhdCI6IjIwMjYtMTEtMj")


class FindingNotice(Answer):
    """What a webhook was told of an episode, or could not be told."""

    opened_at: str = field("The episode", TIME)
    event: Literal["opened", "worse", "reminder", "resolved"] = field("What happened")
    detail: str | None = field("Of worse the severity, of reminder its number; or null", "critical")
    part_of: str | None = field("Finding that it was told below; null when it was itself", ID)
    severity: Severity = field("What was told; of a root the worst of all below it")
    destination: str = field("Form of the webhook, and a key of its address", "slack:5c1f0a9b2e47")
    outcome: Literal["sent", "failed"] = field("What failed is tried again")
    reason: str | None = field("Why it failed; or null", "the webhook answers 500")
    tried_at: str = field("Last try", TIME)


class OneFinding(_OfRun):
    """A finding with its history."""

    id: str = field("Id of the finding", ID)
    episodes: list[KeptFinding] = field("Its last 100 episodes, the newest first")
    notices: list[FindingNotice] = field("The last 200 that were told of it, the newest first")
