"""Groups of failures when the observer has worked everything out.

When a group was seen, and what it says, is read when there are other failures or reports; only how
often it failed in the window, which moves, is read each time.
"""

from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.error_group_rows import page_of
from query_service.routes.context import context, database
from query_service.routes.error_group_rows import with_texts
from query_service.routes.settled import kept

MOST = 2_000
"""Groups that are put together here, and texts that are kept."""
_TABLES = ("error_reports", "known_failures")
Key = tuple[Any, ...]


class Groups(NamedTuple):
    """When each group was seen, and what those say that were shown."""

    ends: dict[str, Row]
    texts: dict[Key, Row]


def settled_groups(parameters: Row) -> tuple[list[Row], Groups] | None:
    """A page of groups, for parameters of errors/groups.sql; None when they are too many, or there
    are new ones meanwhile."""

    def read() -> Groups:
        rows = database().rows("errors/group_ends", {"most": MOST + 1})
        return Groups({row["fingerprint"]: row for row in rows}, {})

    window = ("errors/groups_window", parameters)
    groups, [rows] = kept(context().settled_groups, _TABLES, None, read, window)
    if len(groups.ends) > MOST or any(row["fingerprint"] not in groups.ends for row in rows):
        return None
    return page_of([_whole(row, groups.ends) for row in rows], parameters), groups


def with_kept_texts(groups: Groups, rows: list[Row], asked: Row) -> list[Row]:
    """The rows with what they say."""
    keys = [_key(row, asked) for row in rows]
    texts = {key: text for key in keys if (text := groups.texts.get(key))}
    missing = [row for key, row in zip(keys, rows, strict=True) if key not in texts]
    for row in with_texts(missing, asked):
        texts[_key(row, asked)] = {name: row[name] for name in ("message", "sample")}
    found = {key: text for key, text in texts.items() if text["sample"]}
    if len(groups.texts) > MOST:
        groups.texts.clear()
    groups.texts.update(found)
    return [{**row, **texts[key]} for key, row in zip(keys, rows, strict=True)]


def _whole(row: Row, ends: dict[str, Row]) -> Row:
    end = ends[row["fingerprint"]]
    return {**row, **end, "text_times": [end["first_time"], row["sample_time"]]}


def _key(row: Row, asked: Row) -> Key:
    """A group says what its first failure says, and the latest one that is asked for."""
    return row["fingerprint"], *row["text_times"], asked["agent"], asked["severity"]
