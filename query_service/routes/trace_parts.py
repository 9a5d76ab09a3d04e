"""What is in a trace: flat queries side by side, put together here.

First where the parts are, then the parts: planning nested queries takes much longer.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from query_service.db import Row
from query_service.models import stored_rows, stored_spans
from query_service.models.values import ns
from query_service.routes.context import Moment, database

MOST_OF_ONE_TRACE = 10_000

Query = tuple[str, Row]
Parts = Mapping[str, list[str]]


def of_one(asked: Moment, trace_id: str) -> Row:
    """What the SQL files about what is in one trace are asked with."""
    return {
        "at": asked.parameters["at"],
        "trace_id": trace_id,
        "trace_ids": [trace_id],
        "limit": MOST_OF_ONE_TRACE,
    }


def parts_of(one: Row) -> Parts:
    """Where the parts of a trace are: ids of each kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in database().rows("traces/parts", {"trace_id": one["trace_id"]}):
        found[row["part"]].add(row["id"])
    return defaultdict(list, {part: sorted(ids) for part, ids in found.items()})


def spans_and_handoffs(asked: Moment, trace_id: str) -> tuple[list[Row], list[Row]]:
    """Who did what when in a trace, and who handed work to whom."""
    one = of_one(asked, trace_id)
    spans, (known, tasks) = database().beside(
        lambda: brief_spans(one),
        lambda: database().beside(
            lambda: database().rows("traces/handoff_records", one),
            lambda: tasks_of(one, ns(asked.at)),
        ),
    )
    return spans, handoffs_of(known, tasks)


def spans_events_and_handoffs(
    asked: Moment, trace_id: str
) -> tuple[list[Row], list[Row], list[Row]]:
    """The same with the events."""
    one = of_one(asked, trace_id)
    found, (spans, tasks) = database().beside(
        lambda: _records_and_events(one),
        lambda: database().beside(lambda: brief_spans(one), lambda: tasks_of(one, ns(asked.at))),
    )
    handoffs = handoffs_of(found["traces/handoff_records"], tasks)
    return spans, asked_events(asked, trace_id, found["events/of_ids"]), handoffs


def tasks_of(some: Row, at_ns: int) -> list[Row]:
    """Tasks of some traces as handoffs."""
    sent = database().rows("traces/task_records", {**some, "limit": MOST_OF_ONE_TRACE})
    if len(sent) == MOST_OF_ONE_TRACE:  # there may be others
        return database().rows("traces/task_handoffs", some)
    return tasks_among(sent, some, at_ns)


def tasks_among(sent: list[Row], some: Row, at_ns: int) -> list[Row]:
    """Tasks among records of messages as handoffs."""
    found = stored_rows.tasks(sent, at_ns)
    return database().rows("traces/task_handoffs", some) if found is None else found


def brief_spans(one: Row) -> list[Row]:
    """Who did what when in a trace, in the order of their starts."""
    rows = database().rows("traces/brief_of", {**one, "limit": MOST_OF_ONE_TRACE + 1})
    if len(rows) > MOST_OF_ONE_TRACE:  # which of them are the first is to be found first
        return database().rows("traces/spans_brief", one)
    return stored_spans.brief(rows)


def _records_and_events(one: Row) -> dict[str, list[Row]]:
    parts = parts_of(one)
    return by_name([*records(one, parts), *events(parts)])


def first_spans_and_handoffs(
    asked: Moment, trace_ids: list[str], spans: int
) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """So many spans of each trace, and its handoffs; neither when no spans are asked for."""
    if not trace_ids or not spans:
        return {}, {}
    some = {"at": asked.parameters["at"], "trace_ids": trace_ids}
    (of_traces, known), tasks = database().beside(
        lambda: database().together(
            ("traces/spans", {**some, "limit": spans}), ("traces/handoff_records", some)
        ),
        lambda: tasks_of(some, ns(asked.at)),
    )
    return _by_trace(of_traces), _by_trace(handoffs_of(known, tasks))


def records(one: Row, parts: Parts) -> list[Query]:
    """The question for handoff records, when there are any."""
    return [("traces/handoff_records", one)] if parts["record"] else []


def events(parts: Parts) -> list[Query]:
    """The question for events, when there are any."""
    return [("events/of_ids", {"ids": parts["event"]})] if parts["event"] else []


def by_name(queries: Sequence[Query]) -> dict[str, list[Row]]:
    """The rows of each query by its name; none where nothing was asked."""
    rows = database().together(*queries) if queries else []
    return defaultdict(list, {query[0]: found for query, found in zip(queries, rows, strict=True)})


def handoffs_of(known: list[Row], tasks: list[Row]) -> list[Row]:
    """Handoffs by trace, oldest first: a record counts over its task."""
    found = {(row["trace_id"], row["message_id"]): row for row in [*tasks, *known]}
    names = ("trace_id", "key_time", "handoff_id", "message_id")
    return sorted(found.values(), key=lambda row: tuple(row[name] for name in names))


def asked_events(asked: Moment, trace_id: str, rows: list[Row]) -> list[Row]:
    """Rows of `events/of_ids` that are of the trace and had happened by then, oldest first."""
    at = ns(asked.at)
    known = [
        row
        for row in stored_rows.latest(rows, "event_id", "version")
        if row["trace_id"] == trace_id and row["key_time"] <= at
    ]
    return sorted(known, key=lambda row: (row["key_time"], row["event_id"]))


def _by_trace(rows: list[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["trace_id"]].append(row)
    return grouped
