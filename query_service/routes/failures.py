"""Failures, as the database knows them: which of them match, and what their reports say."""

from typing import Any

from query_service.db import Row
from query_service.models.cursor import END
from query_service.routes.context import database
from query_service.routes.paging import FIRST, LAST

NO_FILTER: dict[str, str | int] = {
    "trace_id": "",
    "severity": "",
    "category": "",
    "agent": "",
    "error_type": "",
    "fingerprint": "",
    "text": "",
    "since": FIRST,
    "until": LAST,
    "arrived_until": END,
}
NO_PAGE: dict[str, str | int] = {"after_time": END, "after_id": ""}


def source() -> str:
    """The view to ask: all of the observer's work, or with what arrived since worked out now."""
    found = database().rows("errors/source")
    return str(found[0]["source"]) if found else "failures"


def page(view: str, at: str, limit: int, **chosen: str | int) -> list[Row]:
    """Up to `limit` failures with the first report that matches, newest first."""
    return _with_records(
        database().rows(
            "errors/list",
            {**NO_FILTER, **NO_PAGE, "source": view, "at": at, "limit": limit, **chosen},
        )
    )


def totals(view: str, at: str, **chosen: str | int) -> dict[str, int]:
    """How many failures match, how many reports those have, and the latest arrival of one."""
    rows = database().rows("errors/totals", {**NO_FILTER, "source": view, "at": at, **chosen})
    return dict(rows[0]) if rows else {"total": 0, "total_reports": 0, "arrived_until": 0}


def of_report(error_id: str, at: str) -> list[Row]:
    """The report of that id with its failure; nothing when it is not known."""
    asked = {"source": source(), "error_id": error_id, "at": at}
    return _with_records(database().rows("errors/one", asked))


def _with_records(rows: list[Row]) -> list[Row]:
    """The rows with what their reports say; without those that retention took meanwhile."""
    if not rows:
        return []
    asked: dict[str, Any] = {"ids": [row["error_id"] for row in rows]}
    records = {row["error_id"]: row for row in database().rows("errors/records", asked)}
    return [row | records[row["error_id"]] for row in rows if row["error_id"] in records]
