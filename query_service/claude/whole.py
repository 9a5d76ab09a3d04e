"""All of a diagnosis: findings, and the figures around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from query_service.claude import error_groups, performance, rate_limits, slow_traces
from query_service.claude.actions import actions
from query_service.db import Row
from query_service.diagnose.declaration import declarations
from query_service.diagnose.diagnosis import Diagnosis, diagnose
from query_service.diagnose.issue import issue
from query_service.models.parameters.claude import DiagnoseQuery
from query_service.models.values import iso
from query_service.routes.context import Moment, database

Json = dict[str, Any]
SLOW_MS = 5_000.0
MOST_GROUPS, MOST_SLOW, MOST_ACTIONS = 10, 10, 10


@dataclass(frozen=True)
class Whole:
    """A diagnosis with what the window holds beside it."""

    diagnosis: Diagnosis
    performance: Json
    active_agents: Sequence[str]
    errors: list[Json]
    limits: Json
    slow: list[Json]

    @property
    def actions(self) -> list[Json]:
        """What to do, in order."""
        return actions(self.diagnosis.issues, MOST_ACTIONS)

    @property
    def error_rate(self) -> float | None:
        """Of the traces that are over; None when none is."""
        rate = self.performance["success_rate"]
        return None if rate is None else round(1 - rate, 4)

    @property
    def summary(self) -> str:
        """In a few sentences."""
        found, figures = self.diagnosis, self.performance
        roots = sum(1 for one in found.issues if one.cause is None)
        begin = {
            "critical": "CRITICAL: the system requires immediate attention.",
            "degraded": "DEGRADED: something does not run as it should.",
            "healthy": "HEALTHY: no finding of high severity.",
        }[found.status]
        rate = figures["success_rate"]
        went = "" if rate is None else f" with {rate:.1%} success"
        return (
            f"{begin} Traces that began in {found.minutes} minutes:"
            f" {figures['total_traces']:,}{went}."
            f" Causes found: {roots}; consequences of them: {len(found.issues) - roots}."
            + (f" Worst: {_title(found)}." if found.issues else "")
        )


def find(asked: Moment, query: DiagnoseQuery) -> Whole:
    """The diagnosis of a time, with everything around it."""
    minutes = query.time_window_minutes
    since = asked.now - timedelta(minutes=minutes)

    def figures() -> tuple[Row, tuple[list[Json], tuple[Json, list[Json]]]]:
        return database().beside(lambda: performance.find(since, asked.now), groups)

    def groups() -> tuple[list[Json], tuple[Json, list[Json]]]:
        found = error_groups.find(asked, since, MOST_GROUPS)["groups"]
        slow = slow_traces.find(asked, since, SLOW_MS, MOST_SLOW)
        return [error_groups.told(one) for one in found], (rate_limits.find(asked), slow)

    diagnosis, (row, (errors, (limits, slow))) = database().beside(
        lambda: diagnose(asked, minutes, query.agent or "", query.trace_id or ""), figures
    )
    told = performance.told(row, minutes)
    return Whole(diagnosis, told, row["agents"], errors, limits, slow)


def as_json(found: Whole, limit: int) -> Json:
    """Everything, of at most so many findings."""
    one = found.diagnosis
    return {
        "metadata": metadata(one),
        "issues": issues(one, limit),
        "performance": found.performance,
        "errors": {"recent": found.errors, "error_rate": found.error_rate},
        "rate_limits": {
            "status": found.limits["models"],
            "any_limited": found.limits["any_limited"],
        },
        "slow_traces": found.slow,
        "suggested_actions": found.actions,
        "debugging_context": debugging_context(found),
        "system_summary": found.summary,
    }


def as_summary(found: Whole) -> Json:
    """In short."""
    counts = found.diagnosis.counts
    return {
        "format": "summary",
        "system_status": found.diagnosis.status,
        "system_summary": found.summary,
        "issue_counts": {name: counts[name] for name in ("critical", "high", "medium")},
        "error_rate": found.error_rate,
        "any_rate_limited": found.limits["any_limited"],
        "suggested_actions": found.actions[:3],
    }


def metadata(found: Diagnosis) -> Json:
    """What the diagnosis is of."""
    return {
        "generated_at": iso(found.at),
        "since": iso(found.window.since),
        "time_window_minutes": found.minutes,
        "system_status": found.status,
        "detectors": len(declarations()),
        "failed_detectors": found.failed,
        "cut_detectors": found.cut,
    }


def issues(found: Diagnosis, limit: int) -> Json:
    """The findings, at most so many."""
    shown = found.issues[:limit]
    counts = {name: found.counts[name] for name in ("critical", "high", "medium")}
    return {
        "items": [issue(one, found.at) for one in shown],
        "counts": {**counts, "total": len(found.issues)},
        "omitted": len(found.issues) - len(shown),
    }


def debugging_context(found: Whole) -> str:
    """Who was active, and what is usual."""
    agents = list(found.active_agents)
    more = f" and {len(agents) - 20} more" if len(agents) > 20 else ""
    latency = found.performance["latency"]
    parts = [f"Active agents: {', '.join(agents[:20]) or 'none'}{more}"]
    if found.errors:
        kinds = dict.fromkeys(one["error_category"] for one in found.errors)
        parts.append(f"Error categories: {', '.join(kinds)}")
    if latency["p95_ms"] is not None:
        parts.append(f"Latency: avg={latency['avg_ms']:.0f}ms, p95={latency['p95_ms']:.0f}ms")
    return " | ".join(parts)


def _title(found: Diagnosis) -> str:
    return found.issues[0].finding.title
