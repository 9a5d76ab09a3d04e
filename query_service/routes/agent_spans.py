"""Spans by agent: as worked out, and those of five minutes that something came for since anew."""

from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.values import utc
from query_service.routes.context import EVERYTHING, Moment
from query_service.routes.span_figures import EPOCH, six_hours
from query_service.routes.tail import BUCKET, HOUR, MOST_BUCKETS, start, starts

Queries = list[tuple[str, dict[str, Any]]]


def span_queries(asked: Moment, position: Row) -> Queries:
    """The queries for spans by agent; `position` is the row of `traces/position`."""
    at = {"at": asked.parameters["at"]}
    anew: set[datetime] = {start(asked.at, BUCKET)} if asked.is_past else set()
    is_far = utc(position["touched_to"]) == EVERYTHING
    anew |= {utc(bucket) for bucket in position["buckets"]}
    if is_far or len(anew) > MOST_BUCKETS:
        return [("agents/spans_all", at)]
    hours, buckets = starts(anew, HOUR), starts(anew, BUCKET)
    parts = six_hours(EPOCH, utc(position["parts_until"]), anew)
    queries: Queries = [("agents/spans", {**at, "hours": hours, "buckets": buckets, **parts})]
    if anew:
        queries.append(("agents/spans_anew", {**at, "buckets": buckets}))
    return queries


def spans_by_agent(parts: list[list[Row]]) -> dict[str, Row]:
    """The spans of each agent, their models, and what `priced` of them cost, of the rows that
    `span_queries` gave."""
    found: dict[str, Row] = {}
    for row in (row for rows in parts for row in rows):
        none = {"agent": row["agent"], "spans": 0, "models": [], "cost": 0.0, "priced": 0}
        told = found.setdefault(row["agent"], none)
        for name in ("spans", "cost", "priced"):
            told[name] += row[name]
        told["models"] = sorted({*told["models"], *row["models"]} - {""})
    return found
