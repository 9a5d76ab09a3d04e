"""Groups of errors among what is found by its id."""

from query_service.db import Row
from query_service.models.search import fingerprint
from query_service.routes.context import database


def with_group(ids: list[Row], by_id: Row, is_timed: bool) -> list[Row]:
    """What was found by its id, and in its place the group of errors with that fingerprint.

    `by_id` are the parameters of the query for ids.
    """
    own = fingerprint(by_id["ids"])
    if own is None or "error_group" not in by_id["kinds"]:
        return ids
    rows = database().rows("search/error_group", {**by_id, "fingerprint": own})
    begin = _place(
        {
            "key_time": by_id["after_time"],
            "kind": by_id["after_kind"],
            "id": by_id["after_id"],
            "trace_id": by_id["after_trace"],
        },
        is_timed,
    )
    after = [row for row in rows if not by_id["after_kind"] or _place(row, is_timed) > begin]
    return sorted([*ids, *after], key=lambda row: _place(row, is_timed))[: by_id["limit"]]


def _place(row: Row, is_timed: bool) -> tuple[int, str, str, str]:
    """As the queries for ids order them."""
    own = (row["kind"], row["id"]) if is_timed else (row["id"], row["kind"])
    return (-row["key_time"] if is_timed else 0, *own, row["trace_id"])
