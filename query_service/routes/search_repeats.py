"""Messages that were sent again with another time: they are found where they stand first."""

from collections.abc import Iterable

from query_service.db import Row
from query_service.routes.context import database

_PLACE = {
    "topics": "topic",
    "partitions": "partition",
    "offsets": "offset",
    "hashes": "value_hash",
}


def shown_before(found: Iterable[Row], by_word: Row, times: Row) -> set[tuple[str, str, str]]:
    """Kind, id and trace of messages, found by words, that stood before where the page begins.

    `by_word` and `times` are the parameters of words and of the window. Nothing stands before the
    first page.
    """
    ids = sorted({row["id"] for row in found if row["kind"] == "message"})
    if not by_word["after_kind"] or not ids:
        return set()
    records = database().rows("search/newer_records", {**by_word, **times, "ids": ids})
    if not records:
        return set()
    chosen = {
        **by_word,
        "buckets": [row["bucket"].strftime("%Y-%m-%d %H:%M:%S") for row in records],
        **{name: [row[column] for row in records] for name, column in _PLACE.items()},
    }
    rows = database().rows("search/newer_messages", chosen)
    return {("message", row["id"], row["trace_id"]) for row in rows}
