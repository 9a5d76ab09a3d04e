"""What is in a trace: flat queries side by side, put together here.

First where the parts are, then the parts: planning nested queries takes much longer.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from query_service.db import Row
from query_service.models.trace_link import from_others, to_others
from query_service.models.trace_message import row_of_messages, row_of_spans
from query_service.routes.context import Moment, database
from query_service.routes.trace_summaries import computed

MOST_OF_ONE_TRACE = 10_000
MOST_LINKS = 100

Query = tuple[str, Row]


@dataclass(frozen=True)
class Whole:
    """A trace with all that is known of it."""

    row: Row
    spans: list[Row]
    handoffs: list[Row]
    messages: list[Row]
    events: list[Row]
    links: list[Row]


def of_one(asked: Moment, trace_id: str) -> Row:
    """What the SQL files about what is in one trace are asked with."""
    return {
        "at": asked.parameters["at"],
        "trace_id": trace_id,
        "trace_ids": [trace_id],
        "limit": MOST_OF_ONE_TRACE,
    }


def whole(asked: Moment, trace_id: str) -> Whole | None:
    """All of a trace; None when nothing is known of it."""
    one = of_one(asked, trace_id)
    (parts, found), (spans, messages, tasks) = database().beside(
        lambda: _by_parts(asked, one),
        lambda: database().together(
            ("traces/spans", one), ("traces/messages", one), ("traces/task_handoffs", one)
        ),
    )
    rows = [row for row in found["traces/summary"] if row["is_asked"]]
    rows = rows or computed(asked, [trace_id])
    if not (rows or messages or spans):
        return None
    return Whole(
        rows[0] if rows else _row(messages, spans, asked),
        spans,
        _handoffs(found["traces/handoff_records"], tasks),
        messages,
        _asked_events(found["events/of_ids"]),
        _links(one, parts, spans),
    )


def _by_parts(asked: Moment, one: Row) -> tuple[list[Row], dict[str, list[Row]]]:
    """Where the parts of a trace are, and those that are looked up by that."""
    parts = database().rows("traces/parts", {**one, "limit": MOST_LINKS})
    of_part = {row["part"]: row for row in parts if row["part"] != "links"}
    queries = [*_records(one, of_part), *_events(one, of_part)]
    if not of_part["arrived"]["number"] and of_part["buckets"]["ids"]:
        buckets = {"trace_id": one["trace_id"], "buckets": of_part["buckets"]["ids"]}
        queries.append(("traces/summary", {**asked.parameters, **buckets}))
    return parts, _by_name(queries)


def _row(messages: list[Row], spans: list[Row], asked: Moment) -> Row:
    return row_of_messages(messages) if messages else row_of_spans(spans, asked.at)


def spans_and_handoffs(asked: Moment, trace_id: str) -> tuple[list[Row], list[Row]]:
    """Who did what when in a trace, and who handed work to whom."""
    one = of_one(asked, trace_id)
    spans, records, tasks = database().together(
        ("traces/spans_brief", one), ("traces/handoff_records", one), ("traces/task_handoffs", one)
    )
    return spans, _handoffs(records, tasks)


def spans_events_and_handoffs(
    asked: Moment, trace_id: str
) -> tuple[list[Row], list[Row], list[Row]]:
    """The same with the events."""
    one = of_one(asked, trace_id)
    parts, spans, tasks = database().together(
        ("traces/parts", {**one, "limit": 0}),
        ("traces/spans_brief", one),
        ("traces/task_handoffs", one),
    )
    of_part = {row["part"]: row for row in parts}
    found = _by_name([*_records(one, of_part), *_events(one, of_part)])
    handoffs = _handoffs(found["traces/handoff_records"], tasks)
    return spans, _asked_events(found["events/of_ids"]), handoffs


def first_spans_and_handoffs(
    asked: Moment, trace_ids: list[str], spans: int
) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """So many spans of each trace, and its handoffs; neither when no spans are asked for."""
    if not trace_ids or not spans:
        return {}, {}
    some = {"at": asked.parameters["at"], "trace_ids": trace_ids}
    of_traces, records, tasks = database().together(
        ("traces/spans", {**some, "limit": spans}),
        ("traces/handoff_records", some),
        ("traces/task_handoffs", some),
    )
    return _by_trace(of_traces), _by_trace(_handoffs(records, tasks))


def _records(one: Row, of_part: dict[str, Row]) -> list[Query]:
    return [("traces/handoff_records", one)] if of_part["records"]["number"] else []


def _events(one: Row, of_part: dict[str, Row]) -> list[Query]:
    ids = of_part["events"]["ids"]
    return [("events/of_ids", {**one, "ids": ids})] if ids else []


def _by_name(queries: Sequence[Query]) -> dict[str, list[Row]]:
    """The rows of each query by its name; none where nothing was asked."""
    rows = database().together(*queries) if queries else []
    return defaultdict(list, {query[0]: found for query, found in zip(queries, rows, strict=True)})


def _handoffs(records: list[Row], tasks: list[Row]) -> list[Row]:
    """Handoffs by trace, oldest first: a record counts over its task."""
    found = {(row["trace_id"], row["message_id"]): row for row in [*tasks, *records]}
    names = ("trace_id", "key_time", "handoff_id", "message_id")
    return sorted(found.values(), key=lambda row: tuple(row[name] for name in names))


def _asked_events(rows: list[Row]) -> list[Row]:
    known = [row for row in rows if row["is_asked"]]
    return sorted(known, key=lambda row: (row["key_time"], row["event_id"]))


def _by_trace(rows: list[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["trace_id"]].append(row)
    return grouped


def _links(one: Row, parts: list[Row], spans: list[Row]) -> list[Row]:
    linking = [from_others(row) for row in parts if row["part"] == "links"]
    if len(spans) == MOST_OF_ONE_TRACE:  # those that are not here may link to others
        rows = database().rows("traces/links_to", {**one, "limit": MOST_LINKS})
        linked = [{"direction": "to", **row} for row in rows]
    else:
        linked = to_others(one["trace_id"], spans)
    return [*linking, *linked][:MOST_LINKS]
