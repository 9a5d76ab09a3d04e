"""`/api/v1/search`: one box for everything."""

from datetime import datetime, timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import InvalidParameter
from query_service.models.parameters.search import SearchQuery
from query_service.models.search import (
    KINDS,
    MOST_WORDS,
    WORD_KINDS,
    id_bounds,
    item,
    unique,
    words,
)
from query_service.models.values import iso
from query_service.routes.context import absolute, bound, database, moment
from query_service.routes.paging import window
from query_service.schemas.search import Search

blueprint = APIBlueprint("search", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Search")])
_WINDOW = timedelta(days=1)
_SPANS = (timedelta(hours=1), None)
# A message that was delivered again, and the versions of a span, are rows of their own.
_SPARE = 2


def _found(
    kinds: list[str], since: datetime, now: datetime, by_id: Row, by_word: Row
) -> tuple[list[Row], list[Row]]:
    """Rows by their ids, and by their words: of each kind from the shortest of the last spans of
    time that has enough of them.

    Of words that are everywhere ClickHouse would sort all of the window.
    """
    queries = [("search/ids", by_id)] if by_id else []
    wanted = [kind for kind in kinds if kind in WORD_KINDS] if by_word["words"] else []
    ids: list[Row] = []
    rows: list[Row] = []
    for span in _SPANS:
        start = since if span is None else max(since, now - span)
        chosen = {**by_word, "since": bound(start)}
        queries += [(f"search/words_{kind}", chosen) for kind in wanted]
        if not queries:
            break
        found = database().together(*queries)
        if len(queries) > len(wanted):
            ids = found.pop(0)
        is_last = start == since
        is_done = {
            kind: is_last or len(some) >= by_word["limit"]
            for kind, some in zip(wanted, found, strict=True)
        }
        rows += [row for some in found for row in some if is_done[row["kind"]]]
        wanted = [kind for kind in wanted if not is_done[kind]]
        queries = []
    return ids, rows


@blueprint.get("/search", summary="Find anything", responses={200: Search})
def search(query: SearchQuery) -> dict[str, Any]:
    """Things with that id, or one that begins so (8 characters at least), of all times; then
    messages, spans and errors that have every word of `q`, of the last day unless `since` is given.
    """
    asked = moment(query.at)
    kinds = list(query.kinds or KINDS)
    times = {"at": bound(asked.at), **window(query, asked)}
    text = query.q.strip()
    by_id = {**times, **id_bounds(text), "kinds": kinds, "limit": query.limit + 1} if text else {}
    since = absolute(query.since or _WINDOW, asked.now, "since")
    looked_for = words(text)
    if len(looked_for) > MOST_WORDS:
        raise InvalidParameter("q", f"has more than {MOST_WORDS} words")
    by_word = {**times, "words": looked_for, "limit": _SPARE * (query.limit + 1)}
    rows, found = _found(kinds, since, asked.now, by_id, by_word)
    # Equal times in one order; of the copies of a thing the one that the tables keep.
    found.sort(key=lambda row: (row["kind"], row["id"], -row["place"], row["preview"]))
    rows += sorted(found, key=lambda row: row["event_time"], reverse=True)
    things = unique(rows)
    if query.sort == "time":
        things.sort(key=lambda row: row["event_time"], reverse=True)
    return {
        "items": [item(row) for row in things[: query.limit]],
        "more_of": sorted({row["kind"] for row in things[query.limit :]}),
        "since": iso(since),
    }
