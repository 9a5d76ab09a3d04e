"""Whether failures can be taken as the observer last worked them out."""

from query_service.db import Database, Row

KNOWN = "stored_failures"
LIVE = "failures"


def view(database: Database) -> str:
    """KNOWN when nothing arrived since that may change a failure, else LIVE. Raises Unavailable."""
    return view_of(database, database.rows("errors/arrived"))


def view_of(database: Database, rows: list[Row]) -> str:
    """The same, of the rows of `errors/arrived`. Raises Unavailable."""
    arrived = rows[0]["arrived"] if rows else "everything"
    if arrived == "spans":
        rows = database.rows("errors/touched")
        return LIVE if rows and rows[0]["is_touched"] else KNOWN
    return KNOWN if arrived == "nothing" else LIVE
