"""Findings for tests of what is made of them."""

from datetime import UTC, datetime
from typing import Any

from query_service.db import Row
from query_service.diagnose.declaration import declarations
from query_service.diagnose.finding import Finding, finding

TIME = datetime(2026, 11, 22, 12, tzinfo=UTC)


def row(*agents: str, tasks: tuple[str, ...] = (), **changes: Any) -> Row:
    """A row of a detector about agents."""
    return {
        "subject": agents[0] if agents else "nobody",
        "agents": list(agents),
        "severity": "",
        "confidence": 0.9,
        "first_seen": TIME,
        "last_seen": TIME,
        "task_ids": list(tasks),
        "trace_ids": [],
        "error_ids": [],
        "tasks": len(tasks),
        "traces": 0,
        "errors": 0,
        "figures": {},
        "facts": {},
    } | changes


def found(kind: str, *agents: str, tasks: tuple[str, ...] = (), **changes: Any) -> Finding:
    """A finding about agents."""
    return finding(declarations()[kind], row(*agents, tasks=tasks, **changes), {"agent": ""})
