"""Keeps the table open_tasks small: answered tasks are taken out of it."""

import logging

from query_service.db import Database
from query_service.observer.horizon import horizon
from query_service.observer.progress import Progress, save

log = logging.getLogger(__name__)

FEW_ROWS = 1_000
"""So many answered rows cost a query nothing worth a cleaning."""
SHARE = 10
"""Beyond that, one row in ten has to be answered: a cleaning writes every open task again."""


class OpenTasksJob:
    """Marks answered tasks again, then cleans when it is worth it.

    Marking again is needed since a task can come, or come again, after the mark of its answer was
    cleaned away. Tasks that come while this runs are for the next run; queries check them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self) -> None:
        """Raises Unavailable."""
        seen = horizon(self._database)
        self._database.run("observer/mark_answered_tasks")
        [table] = self._database.rows("observer/open_tasks_size")
        if worth_cleaning(table["all_rows"], table["answered"]) and not table["is_merging"]:
            self._database.run("observer/clean_open_tasks")
            log.info("cleaned open_tasks of %d answered tasks", table["answered"])
        save(self._database, "open_tasks", [Progress("", 0, seen.whole)])


def worth_cleaning(rows: int, answered: int) -> bool:
    """Whether `answered` of `rows` rows are worth writing the others again."""
    return answered >= max(FEW_ROWS, rows // SHARE)
