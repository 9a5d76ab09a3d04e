"""Failures, as the database knows them: which of them match, and what their reports say."""

from collections.abc import Mapping
from typing import Any

from query_service import failures as known
from query_service.db import Row
from query_service.failures import LIVE, Standing
from query_service.models.cursor import END
from query_service.models.failure_rows import Asked, counted, listed, time, with_changed
from query_service.models.failure_rows import totals as sums
from query_service.routes.context import EVERYTHING, bound, database
from query_service.routes.paging import FIRST, LAST
from query_service.trace_failures import trace_failures

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
NO_PAGE: dict[str, str | int] = {"after_time": END, "after_id": "", "turn": 1}
_KINDS = ("severity", "category", "agent")
_PLAIN = ("trace_id", "text", "since", "until", "arrived_until")


def standing() -> Standing:
    """How failures stand now."""
    return known.standing(database())


def for_text(now: Standing, text: str) -> Standing:
    """The same for a list by what reports say: that only the database can compare."""
    return Standing(LIVE) if text and now.changed else now


def counts(now: Standing, at: str) -> list[Row]:
    """Failures and reports by severity, by category and by agent."""
    rows = database().rows("errors/summary", {**now.parameters, "at": at})
    return rows + counted(now.changed, time(at))


def page(
    now: Standing, at: str, limit: int, from_time: int | None = None, **chosen: str | int
) -> list[Row]:
    """Up to `limit` failures with the first report that matches, newest first (`turn` -1: oldest).

    `from_time`, if known, is a time that no such report of the page is older than.
    """
    asked = {**NO_FILTER, **NO_PAGE, **now.parameters, "at": at, "limit": limit, **chosen}
    rows = _newest(asked)
    if not rows and from_time is not None and _agree(asked, NO_PAGE, *NO_PAGE):
        rows = database().rows("errors/list_now", {**asked, "from_time": from_time})
    elif not rows:
        rows = database().rows("errors/list", asked)
    return _with_records(with_changed(rows, now.changed, asked))


def totals(now: Standing, at: str, limit: int, **chosen: str | int) -> dict[str, Any]:
    """How many failures match, how many reports those have, and the latest arrival of one.

    `from_time` is for a page of `limit` of them; None when it is not known.
    """
    asked = {**NO_FILTER, **now.parameters, "at": at, "limit": limit, **chosen}
    name = "errors/totals_now" if _is_plain(asked) else "errors/totals"
    nothing = {"total": 0, "total_reports": 0, "arrived_until": 0}
    total = {"from_time": None, **next(iter(database().rows(name, asked)), nothing)}
    return sums(total, now.changed, Asked.of(asked)) if now.changed else total


def are_all(chosen: Mapping[str, str | int]) -> bool:
    """Whether nothing is filtered."""
    return all(value == NO_FILTER[name] for name, value in chosen.items())


def of_trace(trace_id: str, at: str, limit: int) -> tuple[dict[str, Any], list[Row]]:
    """Totals of the failures of a trace, and its newest ones."""
    found = trace_failures(database(), trace_id)
    if found is None:
        now = standing()
        total = totals(now, at, limit, trace_id=trace_id)
        return total, page(now, at, limit, trace_id=trace_id)
    failures, records = found
    rows = [
        listed(failure, 0, time(at))
        for failure in sorted(failures, key=lambda failure: failure.key, reverse=True)
        if failure.first.time <= time(at)
    ]
    total = {"total": len(rows), "total_reports": sum(row["reports"] for row in rows)}
    return total, [row | records[row["error_id"]] for row in rows[:limit]]


def of_report(error_id: str, at: str) -> list[Row]:
    """The report of that id with its failure; nothing when it is not known."""
    records = database().rows("errors/records", {"ids": [error_id]})
    units = [known.unit_of(error_id, record["trace_id"]) for record in records]
    found = known.failures_of(database(), units) if units else []
    if found is None:
        asked = {**standing().parameters, "error_id": error_id, "at": at}
        rows = database().rows("errors/one", asked)
    else:
        rows = [
            listed(failure, place, time(at))
            for failure in found
            for place, report in enumerate(failure.reports)
            if report.error_id == error_id and report.time <= time(at)
        ]
    return [row | record for row in rows for record in records]


def _agree(asked: dict[str, Any], free: dict[str, str | int], *names: str) -> bool:
    return all(asked[name] == free[name] for name in names)


def _is_plain(asked: dict[str, Any]) -> bool:
    """Whether each failure counts or not without comparing one report after the other."""
    kinds = sum(asked[name] != "" for name in _KINDS)
    return asked["at"] == bound(EVERYTHING) and kinds < 2 and _agree(asked, NO_FILTER, *_PLAIN)


def _newest(asked: dict[str, Any]) -> list[Row]:
    """The page when nothing is filtered, by reading the end of the table; nothing when it can not
    be had so."""
    free = {**NO_FILTER, **NO_PAGE, "until": asked["until"]}
    if asked["is_live"] or not asked["limit"] or not _agree(asked, free, *free):
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
