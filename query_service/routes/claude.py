"""`/api/v1/claude`: what is wrong, told for models."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.diagnose.declaration import declarations
from query_service.diagnose.diagnosis import Diagnosis as Found
from query_service.diagnose.diagnosis import diagnose
from query_service.diagnose.issue import issue
from query_service.models.parameters.claude import DiagnoseQuery
from query_service.models.values import iso
from query_service.routes.context import moment
from query_service.schemas.claude import Diagnosis

blueprint = APIBlueprint(
    "claude", __name__, url_prefix="/api/v1/claude", abp_tags=[Tag(name="Diagnosis")]
)
MOST_ISSUES = 100


@blueprint.get("/diagnose", summary="What is wrong, and why", responses={200: Diagnosis})
def whole(query: DiagnoseQuery) -> dict[str, Any]:
    """Findings of all detectors (docs/detectors) in a window of time: causes before what comes of
    them, each with its evidence, the SQL that shows it, how to mend it and how to verify that."""
    asked = moment(query.at)
    found = diagnose(asked, query.time_window_minutes, query.agent or "", query.trace_id or "")
    return {"metadata": _metadata(found), "issues": _issues(found)}


def _metadata(found: Found) -> dict[str, Any]:
    return {
        "generated_at": iso(found.at),
        "since": iso(found.window.since),
        "time_window_minutes": found.minutes,
        "system_status": found.status,
        "detectors": len(declarations()),
        "failed_detectors": found.failed,
    }


def _issues(found: Found) -> dict[str, Any]:
    shown = found.issues[:MOST_ISSUES]
    counts = {name: found.counts[name] for name in ("critical", "high", "medium")}
    return {
        "items": [issue(one, found.at) for one in shown],
        "counts": {**counts, "total": len(found.issues)},
        "omitted": len(found.issues) - len(shown),
    }
