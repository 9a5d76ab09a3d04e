"""A page of ended spans: where the latest ends are, then these spans by their ids.

Both in one statement would read the spans with FINAL, which takes longer than the two.
"""

from typing import Any

from query_service.db import Row, fits
from query_service.models.values import utc
from query_service.routes.context import database
from query_service.routes.tail import BUCKET, starts

Query = tuple[str, dict[str, Any]]


def page_query(kind: str, chosen: Row, is_turned: bool, fetch: int | None = None) -> Query:
    """The question for a page: of `spans`, with metric records, or of `ended` spans alone."""
    name = f"metrics/{kind}_oldest" if is_turned else f"metrics/{kind}"
    return name, {**chosen, "fetch": fetch or 2 * chosen["limit"]}


def ends_query(chosen: Row) -> Query:
    """The question for where the latest ends of spans are."""
    return page_query("ends", chosen, False)


def ended_query(chosen: Row, ends: list[Row]) -> Query:
    """The question for a page of ended spans, newest first."""
    ids = {f"{name}s": sorted({row[name] for row in ends}) for name in ("trace_id", "span_id")}
    if not all(fits(some) for some in ids.values()):
        return page_query("ended", chosen, False)
    buckets = starts((utc(row["bucket"]) for row in ends), BUCKET)
    return "metrics/ended_of", {**chosen, **ids, "buckets": buckets}


def filled(query: Query, rows: list[Row], ends: list[Row], is_turned: bool) -> list[Row]:
    """The page, of the rows of its question. Old ends of spans that came again may have been all
    that was looked at: a page that is not full is looked for again among many more."""
    name, chosen = query
    if name == "metrics/ended_of":
        rows = _newest(chosen, rows, ends)
    if len(rows) < chosen["limit"] and not chosen["trace_id"]:
        kind = "spans" if name.startswith("metrics/spans") else "ended"
        return database().rows(*page_query(kind, chosen, is_turned, 1_000_000))
    return rows


def _newest(chosen: Row, rows: list[Row], ends: list[Row]) -> list[Row]:
    looked_at = {(row["bucket"], row["trace_id"], row["span_id"]) for row in ends}
    after = (chosen["after_time"], chosen["after_id"])
    found = [
        row
        for row in rows
        if row["is_asked"]
        and (row["bucket"], row["trace_id"], row["span_id"]) in looked_at
        and (row["key_time"], row["id"]) < after
    ]
    found.sort(key=lambda row: (row["key_time"], row["id"]), reverse=True)
    return found[: chosen["limit"]]
