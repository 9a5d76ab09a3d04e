"""`/api/v1/findings`: what the observer found, from when to when, and who was told."""

from datetime import timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.errors import NotFound
from query_service.models.kept_finding import kept_finding, notice
from query_service.models.parameters.findings import FindingPath, FindingsQuery
from query_service.models.parameters.lists import AtQuery
from query_service.models.values import iso, normalise, utc
from query_service.routes.context import Moment, database, moment
from query_service.routes.paging import after, next_cursor, opened, window
from query_service.schemas.findings import Findings, OneFinding

blueprint = APIBlueprint(
    "findings", __name__, url_prefix="/api/v1/findings", abp_tags=[Tag(name="Diagnosis")]
)
MOST_EPISODES, MOST_NOTICES = 100, 200
OLD = timedelta(minutes=10)
_AWAY = "The last run is older than 10 minutes: is the observer away?"


@blueprint.get("", summary="Findings and their history", responses={200: Findings})
def findings(query: FindingsQuery) -> dict[str, Any]:
    """Episodes of findings, newest first: each from the run of the observer that found it to the
    one that missed it for the last time."""
    asked, page = opened(query, query.cursor)
    chosen = {
        "kind": query.kind or "",
        "agent": normalise(query.agent or ""),
        "severity": query.severity or "",
        "state": query.state or "",
    }
    where = {**window(query, asked), "at": asked.parameters["at"]}
    place = {**after(page), **page.turn, "limit": query.limit + 1}
    rows = database().rows("findings/page", {**chosen, **where, **place}) if query.limit else []
    cursor = next_cursor(rows, query.limit, page, ("key_time", "finding_id"))
    return {
        **_run(asked),
        "total": len(rows) if query.limit and not (query.cursor or cursor) else None,
        "findings": [kept_finding(row, asked.at) for row in rows[: query.limit]],
        "next_cursor": cursor,
    }


@blueprint.get("/<finding_id>", summary="One finding", responses={200: OneFinding})
def one_finding(path: FindingPath, query: AtQuery) -> dict[str, Any]:
    """The episodes of a finding, newest first, and what was told of them. Raises NotFound."""
    asked = moment(query.at)
    of_it = {"finding_id": path.finding_id, "at": asked.parameters["at"]}
    rows, notices = database().together(
        ("findings/episodes", {**of_it, "limit": MOST_EPISODES}),
        ("findings/notices", {**of_it, "limit": MOST_NOTICES}),
    )
    run = _run(asked)
    if not rows:
        raise NotFound(f"Finding {path.finding_id} not found. {run['reason'] or ''}".rstrip(". "))
    return {
        **run,
        "id": path.finding_id,
        "episodes": [kept_finding(row, asked.at) for row in rows],
        "notices": [notice(row) for row in notices],
    }


def _run(asked: Moment) -> dict[str, Any]:
    """The last run up to then: no finding means nothing when nobody looked."""
    runs = database().rows("findings/run", {"at": asked.parameters["at"]})
    if not runs:
        why = "No run of the detectors up to then: no observer works, or its ALERTS_INTERVAL is 0"
        return {"as_of": None, "reason": why, "failed_kinds": {}, "cut_kinds": []}
    [run] = runs
    is_old = asked.now - utc(run["at"]) > OLD
    return {
        "as_of": iso(run["at"]),
        "reason": "The last run is older than 10 minutes: is the observer away?"
        if is_old
        else None,
        "failed_kinds": run["failed"],
        "cut_kinds": run["cut"],
    }
