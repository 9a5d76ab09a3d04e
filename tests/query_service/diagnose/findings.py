"""Findings for tests of what is made of them."""

from datetime import UTC, datetime
from typing import Any

from query_service.diagnose.declaration import declarations
from query_service.diagnose.finding import Finding, finding

TIME = datetime(2026, 11, 22, 12, tzinfo=UTC)


def found(kind: str, *agents: str, tasks: tuple[str, ...] = (), **changes: Any) -> Finding:
    """A finding about agents."""
    row = {
        "subject": agents[0] if agents else kind,
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
    }
    return finding(declarations()[kind], row | changes, {"agent": ""})
