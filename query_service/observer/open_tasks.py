"""Keeps open_tasks and open_signs small: answered tasks and their signs are taken out."""

import logging

from query_service.db import Database
from query_service.observer.horizon import horizon
from query_service.observer.progress import Progress, load, save
from query_service.observer.rollups import ARRIVALS_REACH

log = logging.getLogger(__name__)

FEW_ROWS = 1_000
"""So many answered rows cost a query nothing worth a cleaning."""
SHARE = 10
"""Beyond that, one row in ten has to be answered: a cleaning writes every open task again."""


class OpenTasksJob:
    """Marks answered tasks again, then cleans when it is worth it.

    Marking again is needed since a task can come, or come again, after the mark of its answer was
    cleaned away; and its signs are found again, since they can come before it. Tasks that come
    while this runs are for the next run; queries check them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self) -> None:
        """Raises Unavailable."""
        done = load(self._database, "open_tasks").get("", Progress("", 0)).since
        seen = horizon(self._database)
        self._database.run("observer/mark_answered_tasks")
        self._database.run("observer/mark_open_signs", {"now": seen.now})
        since = {"now": seen.now, "since": done, "whole": seen.now - done > ARRIVALS_REACH}
        self._database.run("observer/find_open_signs", since)
        for table in self._database.rows("observer/open_tasks_size"):
            if not worth_cleaning(table["all_rows"], table["answered"]) or table["is_merging"]:
                continue
            self._database.run(f"observer/clean_{table['name']}")
            log.info("cleaned %s of %d answered rows", table["name"], table["answered"])
        save(self._database, "open_tasks", [Progress("", 0, seen.whole)])


def worth_cleaning(rows: int, answered: int) -> bool:
    """Whether `answered` of `rows` rows are worth writing the others again."""
    return answered >= max(FEW_ROWS, rows // SHARE)
