"""`/api/v1/handoffs`: who gave work to whom."""

from datetime import timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import NotFound
from query_service.models.cursor import Cursor
from query_service.models.handoff import course, handoff
from query_service.models.parameters.handoffs import HandoffPath, HandoffsQuery
from query_service.models.parameters.lists import AtQuery
from query_service.models.story import below, course_row, story
from query_service.models.values import normalise, utc
from query_service.routes.context import Moment, bound, database, moment
from query_service.routes.handoff_rows import current
from query_service.routes.paging import after, fixed, following, next_cursor, opened, window
from query_service.routes.tail import tail
from query_service.routes.waiting import Seen, seen_topics, topics_query
from query_service.schemas.handoffs import Handoffs, Story

blueprint = APIBlueprint(
    "handoffs", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
MOST_LOOKS = 5
"""How often more rows are read for a page whose outcome is rare."""
LEAST_ROWS = 50
DAY = timedelta(days=1)
KEY = ("key_time", "message_id")


def _course(asked: Moment, row: Row, seen: Seen) -> Row:
    """What became of a handoff."""
    known = seen.topics.get(row["topic"])
    passed = known.passed.get(row["partition"], 0) if known else 0
    is_consumed = bool(row["topic"]) and passed > row["offset"]
    return course(row, asked.now, is_consumed, seen.of(row["topic"]) is not None, seen.read)


@blueprint.get("/handoffs", summary="Handoffs, newest first", responses={200: Handoffs})
def handoffs(query: HandoffsQuery) -> dict[str, Any]:
    """Each handoff once, its record or the task that was sent, and what became of it."""
    asked, page = opened(query, query.cursor)
    is_timed = query.sort.endswith("duration")
    if is_timed:
        query, page = query.model_copy(update={"since": query.since or DAY}), fixed(page)
    value = "duration" if is_timed else ""
    chosen = {
        "at": asked.parameters["at"],
        **window(query, asked),
        "trace_id": query.trace_id or "",
        "agent": normalise(query.agent_name or ""),
        "source": normalise(query.source or ""),
        "target": normalise(query.target or ""),
        "priority": query.priority or "",
        "limit": max(query.limit * 5 // 4, LEAST_ROWS) + 1,
    }
    if is_timed:
        counted = tail(asked).parameters(asked)
        chosen |= {"from": counted["since"], "whole": counted["whole"]}
    times, topics = database().together(_candidates(query, chosen, page), topics_query(asked))
    seen = seen_topics(asked, topics)
    found: list[tuple[Row, Row]] = []
    place: Cursor | None = page
    for look in range(MOST_LOOKS if query.limit else 0):
        if place is None:
            break
        if look:
            times = database().rows(*_candidates(query, chosen, place))
        rows = current(asked.parameters["at"], times)
        courses = [(row, _course(asked, row, seen)) for row in rows]
        found += [pair for pair in courses if query.outcome in (None, pair[1]["outcome"])]
        is_full = len(times) == chosen["limit"] or (times and times[-1].get("more"))
        place = following(times[-1], page, KEY, value) if is_full else None
        if len(found) > query.limit:
            break
    last = next_cursor([row for row, _ in found], query.limit, page, KEY, value)
    shown = found[: query.limit]
    return {
        "handoffs": [{**became, **handoff(row)} for row, became in shown],
        "next_cursor": last or (place.encode() if place and query.limit else None),
    }


def _candidates(query: HandoffsQuery, chosen: Row, place: Cursor) -> tuple[str, Row]:
    """The query for what may be on a page after a place."""
    if query.sort.endswith("duration"):
        value = {"after_value": place.after_value, "after_id": place.after_id, **place.turn}
        return "handoffs/times_by_duration", {**chosen, **value}
    name = "handoffs/times_oldest" if place.is_turned else "handoffs/times"
    return name, {**chosen, **after(place)}


@blueprint.get("/handoffs/<message_id>", summary="The story of one handoff", responses={200: Story})
def one_handoff(path: HandoffPath, query: AtQuery) -> dict[str, Any]:
    """Everything that is known of one handoff, in order. Raises NotFound."""
    asked = moment(query.at)
    chosen = {"at": asked.parameters["at"], "message_id": path.message_id}
    deliveries, records, answers, signs, topics = database().together(
        ("handoffs/deliveries", chosen),
        ("handoffs/records", chosen),
        ("handoffs/answers", chosen),
        ("handoffs/signs", chosen),
        topics_query(asked),
    )
    if not deliveries and not records:
        raise NotFound(f"Handoff {path.message_id} not found")
    trace_id = deliveries[0]["trace_id"] if deliveries else records[0]["trace_id"]
    traced = {"at": chosen["at"], "trace_id": trace_id}
    queries: list[tuple[str, dict[str, Any]]] = []
    if trace_id:
        queries = [("handoffs/spans", traced), ("handoffs/errors", traced)]
    if deliveries:
        first = deliveries[0]
        position = {name: first[name] for name in ("topic", "partition", "offset")}
        since = bound(utc(first["event_time"]))
        queries.append(("handoffs/passed", {"at": chosen["at"], "since": since, **position}))
    parts = database().together(*queries) if queries else []
    spans, errors = (parts[0], parts[1]) if trace_id else ([], [])
    own, ids = below(spans, path.message_id, [row["message_id"] for row in answers])
    current = course_row(deliveries, answers, signs)
    seen = seen_topics(asked, topics)
    return {
        "message_id": path.message_id,
        "trace_id": trace_id or None,
        "handoff": handoff(records[0]) if records else None,
        "course": _course(asked, current, seen) if current["topic"] else None,
        "story": story(
            deliveries,
            parts[-1] if deliveries else [],
            signs,
            own,
            [row for row in errors if row["span_id"] in ids],
            answers,
        ),
    }
