"""Traces that are joined with another one by links of spans."""

from collections import defaultdict

from query_service.db import Row

_MOST_SPANS = 10


def to_others(trace_id: str, spans: list[Row]) -> list[Row]:
    """Traces that spans of this one link to, by their ids."""
    found: dict[str, set[str]] = defaultdict(set)
    for span in spans:
        for linked in {*span["link_trace_ids"]} - {"", trace_id}:
            found[linked].add(span["span_id"])
    return [
        {
            "trace_id": linked,
            "direction": "to",
            "links": len(ids),
            "span_ids": sorted(ids)[:_MOST_SPANS],
        }
        for linked, ids in sorted(found.items())
    ]
