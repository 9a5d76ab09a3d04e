"""Rows of traces whose ids are known: as the observer has worked them out, or worked out now."""

from collections.abc import Sequence

from query_service.db import Row
from query_service.models.trace_row import trace_row
from query_service.models.values import ns
from query_service.routes.context import Moment, database


def computed(asked: Moment, trace_ids: Sequence[str]) -> list[Row]:
    """Traces worked out from their spans and records; none of what is not known."""
    if not trace_ids:
        return []
    chosen = {"at": asked.parameters["at"], "trace_ids": trace_ids}
    parts = database().together(("traces/computed", chosen), ("traces/records", chosen))
    spans, records = ({row["trace_id"]: row for row in rows} for rows in parts)
    known = dict.fromkeys([*spans, *records])
    rows = [trace_row(spans.get(one), records.get(one), ns(asked.now)) for one in known]
    return [row for row in rows if row["key_time"] <= ns(asked.at)]


def filled(asked: Moment, page: Sequence[Row]) -> list[Row]:
    """The page with what is shown of those that only `traces/settled` has told of."""
    keys = [row for row in page if "bucket" in row]
    found: dict[str, Row] = {}
    if keys:
        buckets = sorted({row["bucket"].strftime("%Y-%m-%d %H:%M:%S") for row in keys})
        ids = [row["trace_id"] for row in keys]
        chosen = {**asked.parameters, "buckets": buckets, "trace_ids": ids}
        found = {row["trace_id"]: row for row in database().rows("traces/rows", chosen)}
        # What the observer has worked out anew since, and put elsewhere.
        lost = [one for one in ids if one not in found]
        found |= {row["trace_id"]: row for row in computed(asked, lost)}
    return [
        {**found[row["trace_id"]], "key_time": row["key_time"]} if "bucket" in row else row
        for row in page
        if "bucket" not in row or row["trace_id"] in found
    ]
