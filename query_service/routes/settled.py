"""Answers that stay as they are while the tables behind them do."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from query_service.db import Row
from query_service.models.remembered import Remembered
from query_service.routes.context import database

T = TypeVar("T")
Query = tuple[str, dict[str, Any]]


def kept(
    held: Remembered[T],
    tables: Sequence[str],
    question: Hashable,
    read: Callable[[], T],
    *beside: Query,
    holds: Callable[[T], bool] = lambda _: True,
) -> tuple[T, list[list[Row]]]:
    """What `read` gave for this question when the tables were as they are, and the rows of each
    question beside. `holds`: whether it is still told so at this time.

    To be called after it was found that the tables tell everything: they are looked at then, and
    before they are read.
    """
    [parts], *found = database().together(("tables/parts", {"tables": list(tables)}), *beside)
    key = (parts["state"], question)
    # Without parts the tables are elsewhere: of those nothing is known.
    last = held.get(key) if parts["parts"] else None
    return last if last is not None and holds(last) else held.put(key, read()), found
