"""A finding as it is told: the fields of the earlier system's issues, and ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from query_service.diagnose.causes import Explained
from query_service.diagnose.finding import Ids
from query_service.diagnose.proof import proof
from query_service.models.values import iso

SHOWN_IDS = 20


def issue(one: Explained, at: datetime) -> dict[str, Any]:
    """One item of `issues`."""
    found = one.finding
    return {
        "id": found.id,
        "kind": found.kind,
        "category": found.declaration.category,
        "severity": found.severity,
        "confidence": found.confidence,
        "title": found.title,
        "description": found.declaration.meaning.strip(),
        "agents": list(found.agents),
        "subject": found.subject,
        "caused_by": one.cause and one.cause.id,
        "consequences": one.consequences,
        "first_seen": iso(found.first_seen),
        "last_seen": iso(found.last_seen),
        "evidence": {"figures": dict(found.figures), "facts": dict(found.facts)},
        "tasks": _ids(found.tasks),
        "traces": _ids(found.traces),
        "errors": _ids(found.errors),
        "sql": proof(found),
        "suggested_actions": found.fixes,
        "verify": found.verify,
        "affected_components": list(found.agents),
        "related_trace_ids": list(found.traces.first[:SHOWN_IDS]),
        "metadata": {**found.figures, **found.facts},
        "detected_at": iso(at),
    }


def _ids(found: Ids) -> Mapping[str, Any]:
    return {"ids": list(found.first[:SHOWN_IDS]), "total": found.total}
