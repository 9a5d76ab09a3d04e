"""Failures, as the database knows them: which of them match, and what their reports say."""

from typing import Any

from query_service.db import Row
from query_service.failures import LIVE, view
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
    """The view to ask: what the observer has worked out, or that with what arrived since."""
    return view(database())


def page(source: str, at: str, limit: int, **chosen: str | int) -> list[Row]:
    """Up to `limit` failures with the first report that matches, newest first."""
    asked = {**NO_FILTER, **NO_PAGE, **_of(source), "at": at, "limit": limit, **chosen}
    return _with_records(_newest(asked) or database().rows("errors/list", asked))


def totals(source: str, at: str, **chosen: str | int) -> dict[str, int]:
    """How many failures match, how many reports those have, and the latest arrival of one."""
    rows = database().rows("errors/totals", {**NO_FILTER, **_of(source), "at": at, **chosen})
    return dict(rows[0]) if rows else {"total": 0, "total_reports": 0, "arrived_until": 0}


def of_report(error_id: str, at: str) -> list[Row]:
    """The report of that id with its failure; nothing when it is not known."""
    asked = {**_of(source()), "error_id": error_id, "at": at}
    return _with_records(database().rows("errors/one", asked))


def _of(source: str) -> dict[str, str | int]:
    return {"source": source, "is_live": int(source == LIVE)}


def _newest(asked: dict[str, Any]) -> list[Row]:
    """The page when nothing is filtered, by reading the end of the table; nothing when it can not
    be had so."""
    free = {**NO_FILTER, **NO_PAGE, "until": asked["until"]}
    if asked["is_live"] or not asked["limit"] or any(asked[k] != v for k, v in free.items()):
        return []
    most = 2 * int(asked["limit"]) + 50  # some are replaced by later rows, or no more
    rows = database().rows("errors/newest", {**asked, "most": most})
    is_whole = len(rows) == asked["limit"] or bool(rows) and rows[0]["looked"] < most
    return rows if is_whole else []


def _with_records(rows: list[Row]) -> list[Row]:
    """The rows with what their reports say; without those that retention took meanwhile."""
    if not rows:
        return []
    asked: dict[str, Any] = {"ids": [row["error_id"] for row in rows]}
    records = {row["error_id"]: row for row in database().rows("errors/records", asked)}
    return [row | records[row["error_id"]] for row in rows if row["error_id"] in records]
