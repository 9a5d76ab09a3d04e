"""The table of open tasks, on the real engine."""

from datetime import UTC, datetime

import pytest

from query_service.db import Database
from query_service.observer import open_tasks
from query_service.observer.open_tasks import OpenTasksJob, worth_cleaning
from tests.query_service.observer.messages import answer, insert, message
from tests.waiting import wait_until


def stored(database: Database) -> set[tuple[str, int]]:
    """All rows of the table, whether replaced or not."""
    rows = database.client.query("SELECT message_id, is_deleted FROM open_tasks").result_rows
    return {(message_id, deleted) for message_id, deleted in rows}


def run_until(database: Database, rows: set[tuple[str, int]]) -> None:
    """Run the job until these rows are left: it does not clean while the table merges by itself."""

    def is_done() -> bool:
        OpenTasksJob(database).run()
        return stored(database) == rows

    wait_until(is_done, 60)


@pytest.fixture
def always_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_tasks, "FEW_ROWS", 1)


def test_answered_tasks_and_their_marks_are_cleaned_away(
    database: Database, always_clean: None
) -> None:
    insert(database, message(1, "open"), message(2, "done"))
    insert(database, answer(3, "done"))
    run_until(database, {("open", 0)})


@pytest.mark.parametrize("times", [1, 2])
def test_a_task_that_comes_after_its_mark_was_cleaned_away_is_taken_out(
    database: Database, always_clean: None, times: int
) -> None:
    insert(database, answer(3, "done"))
    run_until(database, set())
    for _ in range(times):
        insert(database, message(2, "done"), message(1, "open"))
    run_until(database, {("open", 0)})


def test_few_answered_rows_are_left(database: Database) -> None:
    insert(database, message(2, "done"))
    insert(database, answer(3, "done"))
    OpenTasksJob(database).run()
    assert ("done", 1) in stored(database)


def test_nothing_is_cleaned_while_a_merge_runs(
    database: Database, always_clean: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(database, message(2, "done"))
    insert(database, answer(3, "done"))
    size = {
        "all_rows": 2,
        "answered": 1,
        "is_merging": True,
        "now": datetime.now(UTC),
        "began": datetime.now(UTC),
    }
    monkeypatch.setattr(database, "rows", lambda name: [size])
    OpenTasksJob(database).run()
    assert ("done", 1) in stored(database)


def test_cleaning_has_to_be_worth_it() -> None:
    assert not worth_cleaning(rows=999, answered=999)
    assert worth_cleaning(rows=2_000, answered=1_000)
    assert not worth_cleaning(rows=1_000_000, answered=99_999)
    assert worth_cleaning(rows=1_000_000, answered=100_000)
