"""`/api/v1/search`: one box for everything."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import InvalidParameter
from query_service.models.parameters.search import SearchQuery
from query_service.models.search import KINDS, MOST_WORDS, WORD_KINDS, id_bounds, item, words
from query_service.models.search_page import (
    NO_PLACE,
    following,
    newest,
    place_after,
    shows_ids,
    unique,
)
from query_service.models.values import iso
from query_service.routes.context import absolute, bound, database
from query_service.routes.paging import opened, window
from query_service.routes.search_groups import with_group
from query_service.routes.search_repeats import shown_before
from query_service.schemas.search import Search

blueprint = APIBlueprint("search", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Search")])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WINDOW = timedelta(days=1)
_LATELY = timedelta(hours=1)
_INDEXED = ("message", "span")
# A message that was delivered again, and the versions of a span, are rows of their own.
_SPARE = 2
MOST_OF_IDS = 10_000


@blueprint.get("/search", summary="Find anything", responses={200: Search})
def search(query: SearchQuery) -> dict[str, Any]:
    """Things with that id, or one that begins so (8 characters at least), of all times; then
    messages, spans and errors that have every word of `q`, of the last day unless `since` is given.
    """
    asked, page = opened(query, query.cursor)
    looked_for = words(query.q)
    if len(looked_for) > MOST_WORDS:
        raise InvalidParameter("q", f"has more than {MOST_WORDS} words")
    is_timed, limit, begin = query.sort == "time", query.limit + 1, place_after(page)
    with_ids = bool(query.q.strip()) and (is_timed or shows_ids(page))
    bounds = id_bounds(query.q.strip())
    times = {"at": bound(asked.at), **window(query, asked)}
    kinds = list(query.kinds or KINDS)
    by_id = {**times, **bounds, "kinds": kinds, "limit": limit, **begin}
    by_word: Row = {**times, "words": looked_for, "limit": _SPARE * limit}
    by_word |= begin if is_timed or not shows_ids(page) else NO_PLACE
    until = min(asked.at, _EPOCH + timedelta(microseconds=by_word["after_time"] // 1_000 + 1))
    by_word["at"] = bound(until)
    since = absolute(query.since or _WINDOW, asked.now, "since")
    ids, found = _found(
        [(f"search/ids{'_newest' if is_timed else ''}", by_id)] if with_ids else [],
        [kind for kind in kinds if kind in WORD_KINDS] if looked_for else [],
        by_word,
        since,
        min(asked.now, until),
    )
    ids = with_group(ids, by_id, is_timed) if with_ids else ids
    lists = [(some, _SPARE * limit) for some in found]
    by_words = [row for some in found for row in some]
    elsewhere = _by_id(by_words, bounds, by_id) | shown_before(by_words, by_word, times)
    rows, end = newest(
        [(ids, limit), *lists] if is_timed else lists,
        lambda row: "place" in row and (row["kind"], row["id"], row["trace_id"]) in elsewhere,
    )
    things = rows if is_timed else unique([*ids, *rows])
    last, is_by_id = end, False
    if len(things) > query.limit:
        last, is_by_id = things[query.limit - 1], not is_timed and query.limit <= len(ids)
    return {
        "items": [item(row) for row in things[: query.limit]],
        "more_of": sorted(_beyond(things[query.limit :], lists)),
        "next_cursor": following(last, page, is_by_id) if last else None,
        "since": iso(since),
    }


def _found(
    by_id: list[tuple[str, Row]], kinds: list[str], by_word: Row, since: datetime, until: datetime
) -> tuple[list[Row], list[list[Row]]]:
    """Rows by their ids, and by their words: of words that are rare of all of the window, else of
    each kind from the shortest of the last spans of time that has enough of them.

    Of words that are everywhere ClickHouse would sort all of the window.
    """
    whole = {**by_word, "since": bound(since)}
    errors = [("search/words_error", whole)] if "error" in kinds else []
    indexed = [kind for kind in kinds if kind in _INDEXED]
    many = {"words": by_word["words"], "limit": by_word["limit"]}
    looks = [(f"search/many_{kind}", many) for kind in indexed]
    found = database().together(*by_id, *errors, *looks) if by_id or kinds else []
    ids, found = (found[0], found[1:]) if by_id else ([], found)
    rows, counts = found[: len(errors)], found[len(errors) :]
    numbers = {kind: count["found"] for kind, [count] in zip(indexed, counts, strict=True)}
    rare = [kind for kind in indexed if 0 < numbers[kind] < by_word["limit"]]
    often = [kind for kind in indexed if numbers[kind] >= by_word["limit"]]
    lately = {**by_word, "since": bound(max(since, until - _LATELY))}
    asks = [*((kind, whole) for kind in rare), *((kind, lately) for kind in often)]
    found = database().together(*((f"search/words_{kind}", chosen) for kind, chosen in asks))
    short = [
        kind
        for (kind, chosen), some in zip(asks, found, strict=True)
        if chosen["since"] != whole["since"] and len(some) < by_word["limit"]
    ]
    kept = [some for (kind, _), some in zip(asks, found, strict=True) if kind not in short]
    again = database().together(*((f"search/words_{kind}", whole) for kind in short))
    return ids, [*rows, *kept, *again]


def _by_id(found: list[Row], bounds: Row, by_id: Row) -> set[tuple[str, str, str]]:
    """What of this, found by its words, is among the things that have such an id."""
    ids = {
        row["id"]
        for row in found
        if row["id"] in bounds["ids"] or bounds["from"] <= row["id"] < bounds["to"]
    }
    if not ids:
        return set()
    one = {"ids": sorted(ids), "from": "", "to": "", "limit": MOST_OF_IDS, **NO_PLACE}
    rows = database().rows("search/ids", {**by_id, **one})
    return {(row["kind"], row["id"], row["trace_id"]) for row in rows}


def _beyond(rest: list[Row], lists: list[tuple[list[Row], int]]) -> set[str]:
    """The kinds of which there is more than is shown."""
    cut = {some[-1]["kind"] for some, limit in lists if len(some) >= limit}
    return cut | {row["kind"] for row in rest}
