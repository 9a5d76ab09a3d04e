"""Episodes and findings for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from query_service.diagnose.causes import Explained
from query_service.observer.alerts.episode import Episode, seen
from query_service.observer.alerts.history import step
from tests.query_service.diagnose.findings import found

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)


def minute(number: int) -> datetime:
    """So many minutes after the beginning."""
    return BEGIN + timedelta(minutes=number)


def told(
    kind: str, agent: str, severity: str = "high", cause: tuple[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    """What a run found, as columns."""
    root = found(*cause) if cause else None
    return seen(Explained(found(kind, agent, severity=severity, **more), root, 0))


def episode(kind: str = "stuck_task", agent: str = "coder", **changes: Any) -> Episode:
    """One that began at the beginning."""
    [made] = step([], [told(kind, agent)], (), BEGIN, 2).episodes
    return Episode(**{**vars(made), **changes})
