"""Up to when everything that has arrived can be seen.

A row is stamped (`arrivals.inserted_at`) within its insert, and seen, with all that views made of
it, when the insert is over. So whatever is not seen yet is younger than the oldest insert that is
under way, however long it takes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from query_service.db import Database

MARGIN = timedelta(seconds=2)
"""By so much the server's clock may be set back."""


@dataclass(frozen=True)
class Horizon:
    """The server's time `now`; whatever is asked next sees all that arrived before `whole`."""

    now: datetime
    whole: datetime


def horizon(database: Database) -> Horizon:
    """As it is now: to be asked before what it is about. Raises Unavailable."""
    [row] = database.rows("observer/horizon")
    return Horizon(row["now"].replace(tzinfo=UTC), row["began"].replace(tzinfo=UTC) - MARGIN)
