"""`/api/v1/handoffs`: who gave work to whom."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import NotFound
from query_service.models.cursor import Cursor
from query_service.models.handoff import course, handoff, of_task
from query_service.models.parameters.handoffs import HandoffPath, HandoffsQuery
from query_service.models.parameters.lists import AtQuery
from query_service.models.story import below, course_row, story
from query_service.routes.context import Moment, database, moment
from query_service.routes.handoff_rows import current
from query_service.routes.handoff_story import courses, parts_of
from query_service.routes.handoff_times import Candidates
from query_service.routes.paging import fixed, following, next_cursor, opened
from query_service.routes.waiting import (
    Seen,
    last_seen,
    lately_query,
    seen_of,
    topics_query,
)
from query_service.schemas.handoffs import Handoffs, Story

blueprint = APIBlueprint(
    "handoffs", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
MOST_LOOKS = 5
"""How often more rows are read for a page whose outcome is rare."""
KEY = ("key_time", "message_id")


def _course(asked: Moment, row: Row, seen: Seen) -> Row:
    """What became of a handoff."""
    known = seen.topics.get(row["topic"])
    passed = known.passed.get(row["partition"], 0) if known else 0
    is_consumed = bool(row["topic"]) and passed > row["offset"]
    return course(row, asked.now, is_consumed, seen.of(row["topic"]) is not None, seen.read)


def _courses(asked: Moment, ids: list[str]) -> dict[str, Row]:
    """What became of some tasks; without an outcome of those that are not known."""
    if not ids:
        return {}
    rows, seen = courses(asked, ids)
    nothing = {"topic": ""}
    return {one: _course(asked, rows.get(one, {**nothing, "message_id": one}), seen) for one in ids}


@blueprint.get("/handoffs", summary="Handoffs, newest first", responses={200: Handoffs})
def handoffs(query: HandoffsQuery) -> dict[str, Any]:
    """Each handoff once, its record or the task that was sent, and what became of it."""
    asked, page = opened(query, query.cursor)
    candidates = Candidates(query, asked)
    if candidates.is_timed:
        page = fixed(page)
    rows, is_full, seen = _first(candidates, asked, page)
    found: list[tuple[Row, Row]] = []
    place: Cursor | None = page
    for look in range(MOST_LOOKS if query.limit else 0):
        if place is None:
            break
        if look:
            rows, is_full = candidates.after(place)
        counting = current(asked.parameters["at"], rows)
        courses = [(row, _course(asked, row, seen)) for row in counting]
        found += [pair for pair in courses if query.outcome in (None, pair[1]["outcome"])]
        place = following(rows[-1], page, KEY, candidates.value) if is_full else None
        if len(found) > query.limit:
            break
    last = next_cursor([row for row, _ in found], query.limit, page, KEY, candidates.value)
    shown = found[: query.limit]
    return {
        "handoffs": [{**became, **handoff(row)} for row, became in shown],
        "next_cursor": last or (place.encode() if place and query.limit else None),
    }


def _first(candidates: Candidates, asked: Moment, page: Cursor) -> tuple[list[Row], bool, Seen]:
    """The first candidates, whether there may be more, and beside them what was seen of the
    topics: whether somebody reads them matters to tasks without an answer alone.
    """
    if candidates.is_timed:
        return *candidates.after(page), Seen({}, frozenset(), asked.now)
    *found, topics = database().together(*candidates.begin(page), topics_query(asked))
    queries, known = candidates.rest(page, found), last_seen(topics)
    parts = database().together(*queries, *lately_query(asked, known))
    rows, is_full = candidates.merged(found, parts[: len(queries)])
    committed = [row for part in parts[len(queries) :] for row in part]
    return rows, is_full, seen_of(asked, known, committed)


@blueprint.get("/handoffs/<message_id>", summary="The story of one handoff", responses={200: Story})
def one_handoff(path: HandoffPath, query: AtQuery) -> dict[str, Any]:
    """Everything that is known of one handoff, in order. Raises NotFound."""
    asked = moment(query.at)
    parts, seen = parts_of(asked, path.message_id)
    deliveries, answers = parts["deliveries"], parts["answers"]
    task = next((row for row in deliveries if row["message_type"] == "task"), None)
    if not (deliveries or parts["records"] or answers):
        raise NotFound(f"Handoff {path.message_id} not found")
    told = parts["records"] or ([of_task(task)] if task else [])
    own, ids = below(parts["spans"], path.message_id, [row["message_id"] for row in answers])
    current = course_row(deliveries, answers, parts["signs"])
    of = next((row["redrive_of"] for row in deliveries if row["message_type"] == "task"), "")
    again = [row["message_id"] for row in answers if row["message_type"] == "redrive"]
    others = _courses(asked, [*again, *([of] if of else [])])
    return {
        "message_id": path.message_id,
        "trace_id": next((row["trace_id"] for row in (*deliveries, *told)), "") or None,
        "handoff": handoff(told[0]) if told else None,
        "course": _course(asked, current, seen) if current["topic"] else None,
        "redrives": [others[one] for one in again],
        "redrive_of": others.get(of),
        "story": story(
            deliveries,
            parts["passed"],
            parts["signs"],
            own,
            [row for row in parts["errors"] if row["span_id"] in ids],
            answers,
        ),
    }
