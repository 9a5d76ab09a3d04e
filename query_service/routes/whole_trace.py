"""All of one trace: flat queries side by side, put together here.

First where the parts are, then the parts: planning nested queries takes much longer.
"""

from dataclasses import dataclass

from query_service.db import Row
from query_service.models import stored_rows, stored_spans
from query_service.models.trace_link import to_others
from query_service.models.trace_message import row_of_messages, row_of_spans
from query_service.models.values import ns
from query_service.routes.context import Moment, database
from query_service.routes.trace_parts import (
    MOST_OF_ONE_TRACE,
    asked_events,
    by_name,
    events,
    handoffs_of,
    of_one,
    parts_of,
    records,
    tasks_among,
)
from query_service.routes.trace_summaries import computed

MOST_LINKS = 100


@dataclass(frozen=True)
class Whole:
    """A trace with all that is known of it."""

    row: Row
    spans: list[Row]
    handoffs: list[Row]
    messages: list[Row]
    events: list[Row]
    links: list[Row]


def whole(asked: Moment, trace_id: str) -> Whole | None:
    """All of a trace; None when nothing is known of it."""
    one = of_one(asked, trace_id)
    found, (spans, (messages, tasks)) = database().beside(
        lambda: _by_parts(one),
        lambda: database().beside(
            lambda: spans_of(one), lambda: _messages_and_tasks(one, ns(asked.at))
        ),
    )
    summaries = stored_rows.summaries(found["traces/summary"], ns(asked.at), ns(asked.now))
    rows = summaries or computed(asked, [trace_id])
    if not (rows or messages or spans):
        return None
    return Whole(
        rows[0] if rows else _row(messages, spans, asked),
        spans,
        handoffs_of(found["traces/handoff_records"], tasks),
        messages,
        asked_events(asked, trace_id, found["events/of_ids"]),
        _links(one, found["traces/links_from"], spans),
    )


def spans_of(one: Row) -> list[Row]:
    """Spans of a trace in the order of their starts."""
    rows = database().rows("traces/spans_of", {**one, "limit": MOST_OF_ONE_TRACE + 1})
    if len(rows) > MOST_OF_ONE_TRACE:  # which of them are the first is to be found first
        return database().rows("traces/spans", one)
    return stored_spans.spans(rows)


def _messages_and_tasks(one: Row, at_ns: int) -> tuple[list[Row], list[Row]]:
    """Messages of a trace, and its tasks as handoffs."""
    sent = database().rows("traces/message_records", one)
    if len(sent) == MOST_OF_ONE_TRACE:  # there may be others
        messages, tasks = database().together(
            ("traces/messages", one), ("traces/task_handoffs", one)
        )
        return messages, tasks
    return stored_rows.messages(sent, at_ns), tasks_among(sent, one, at_ns)


def _by_parts(one: Row) -> dict[str, list[Row]]:
    """What is looked up by where the parts of a trace are."""
    parts = parts_of(one)
    queries = [*records(one, parts), *events(parts)]
    if parts["link"]:
        queries.append(("traces/links_from", {**one, "limit": MOST_LINKS}))
    if parts["bucket"] and not parts["arrived"]:
        places = [(bucket, one["trace_id"]) for bucket in parts["bucket"]]
        queries.append(("traces/summary", {"places": places}))
    return by_name(queries)


def _row(messages: list[Row], spans: list[Row], asked: Moment) -> Row:
    return row_of_messages(messages) if messages else row_of_spans(spans, asked.at)


def _links(one: Row, linking: list[Row], spans: list[Row]) -> list[Row]:
    if len(spans) == MOST_OF_ONE_TRACE:  # those that are not here may link to others
        rows = database().rows("traces/links_to", {**one, "limit": MOST_LINKS})
        linked = [{"direction": "to", **row} for row in rows]
    else:
        linked = to_others(one["trace_id"], spans)
    return [*linking, *linked][:MOST_LINKS]
