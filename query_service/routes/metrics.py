"""`/api/v1/metrics`: totals, and figures of single spans."""

from datetime import datetime, timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import InvalidParameter
from query_service.models.figures import group, point
from query_service.models.metric import span_metric, totals
from query_service.models.parameters.lists import AtQuery
from query_service.models.parameters.metrics import SpanMetricsQuery
from query_service.models.parameters.values import parse_time
from query_service.models.values import iso, normalise
from query_service.routes.context import (
    EVERYTHING,
    Moment,
    absolute,
    bound,
    database,
    moment,
)
from query_service.routes.paging import after, next_cursor, opened, window
from query_service.routes.span_figures import EPOCH, Asked, summary, summary_queries
from query_service.routes.span_page import ended_query, ends_query, filled, page_query
from query_service.routes.trace_totals import total_rows
from query_service.schemas.metrics import SpanMetrics, Totals

blueprint = APIBlueprint("metrics", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Metrics")])
MOST_GROUPS = 50
MOST_POINTS = 1500
DAY = timedelta(days=1)
_NO_RECORDS: Row = {"records": 0, "recorded_spans": 0}


@blueprint.get("/metrics", summary="Totals over all traces", responses={200: Totals})
def metrics(query: AtQuery) -> dict[str, Any]:
    """How many traces there are, how they ended, and what they cost."""
    asked = moment(query.at)
    return totals(total_rows(asked))


@blueprint.get(
    "/metrics/spans",
    summary="Figures of spans, newest first and by name",
    responses={200: SpanMetrics},
)
def span_metrics(query: SpanMetricsQuery) -> dict[str, Any]:
    """Metric records, and one of each OTLP span that ended; figures by agent and name of spans."""
    asked, page = opened(query, query.cursor)
    chosen: dict[str, Any] = {
        "at": asked.parameters["at"],
        "trace_id": query.trace_id or "",
        "agent": normalise((query.agent_name or "").partition(":")[0]),
        **window(query, asked),
    }
    newest = {**chosen, **after(page), "limit": query.limit + 1}
    first, last = _window(query, asked)
    figures = {**chosen, "name": query.name or "", "since": bound(first), "until": bound(last)}
    ordered = {**figures, "sort": query.summary_sort, "limit": MOST_GROUPS}
    count = Asked(chosen, first if query.since else EPOCH, last)
    (spans, groups), (rows, total) = database().beside(
        lambda: _groups(asked, count, Asked(ordered, first, last)),
        lambda: _page(newest, page.is_turned),
    )
    if query.trace_id:
        spans = total["spans_of_trace"]
    answer = {
        "total": total["records"] + spans - total["recorded_spans"],
        "metrics": [span_metric(row) for row in rows[: query.limit]],
        "next_cursor": next_cursor(rows, query.limit, page, ("key_time", "id")),
        "since": iso(first),
        "until": iso(min(last, asked.now)),
        "summary": [group(row) for row in groups],
        "summary_omitted": groups[0]["groups"] - len(groups) if groups else 0,
    }
    if query.step is not None:
        answer["series"] = _series(figures, query.step, min(last, asked.now) - first)
    return answer


def _groups(asked: Moment, count: Asked, groups: Asked) -> tuple[int, list[Row]]:
    """How many spans ended, and their figures by agent and name; none of one trace."""
    if count.parameters["trace_id"]:
        return 0, []
    [position] = database().rows("traces/position")
    return summary(summary_queries(asked, position, count, groups))


def _page(newest: Row, is_turned: bool) -> tuple[list[Row], Row]:
    """A page of ended spans, and how many metric records there are. Without any, a plainer question
    has the same answer."""
    has_records, ends = True, list[Row]()
    if not newest["trace_id"]:
        asks = [("metrics/recorded", newest)] + ([] if is_turned else [ends_query(newest)])
        [recorded], *more = database().together(*asks)
        has_records, ends = bool(recorded["records"]), more[0] if more else []
    if has_records or is_turned:
        asked_page = page_query("spans" if has_records else "ended", newest, is_turned)
    else:
        asked_page = ended_query(newest, ends)
    totals = [("metrics/total", newest)] if has_records else []
    rows, *counted = database().together(asked_page, *totals)
    return filled(asked_page, rows, ends, is_turned), counted[0][0] if counted else _NO_RECORDS


def _window(query: SpanMetricsQuery, asked: Moment) -> tuple[datetime, datetime]:
    """The window of the figures: by default from the full hour a day before its end."""
    last = EVERYTHING if query.until is None else absolute(query.until, asked.now, "until")
    if query.since is not None:
        return absolute(query.since, asked.now, "since"), last
    try:
        first = (min(last, asked.now) - DAY).replace(minute=0, second=0, microsecond=0)
    except OverflowError as error:
        raise InvalidParameter("until", "lies before the year 1") from error
    return first, last


def _series(chosen: dict[str, Any], step: str, length: timedelta) -> list[dict[str, Any]]:
    """A point for each step in which spans started. Raises InvalidParameter for too many steps."""
    size = parse_time(step)
    assert isinstance(size, timedelta)
    if length / size > MOST_POINTS:
        raise InvalidParameter("step", f"gives more than {MOST_POINTS:,} points in this window")
    if size < timedelta(minutes=5):
        name = "metrics/minutes"
    elif size < timedelta(hours=1):
        name = "metrics/series_fine"
    else:
        name = "metrics/series"
    rows = database().rows(name, {**chosen, "step": int(size.total_seconds())})
    return [point(row) for row in rows]
