"""The table of open tasks, on the real engine."""

import pytest

from query_service.db import Database, Row
from query_service.observer import open_tasks
from query_service.observer.open_tasks import OpenTasksJob, worth_cleaning
from tests.query_service.observer.messages import NOON, answer, insert, message
from tests.waiting import wait_until


def stored(database: Database) -> set[tuple[str, int]]:
    """All rows of the table, whether replaced or not."""
    rows = database.client.query("SELECT message_id, is_deleted FROM open_tasks").result_rows
    return {(message_id, deleted) for message_id, deleted in rows}


def sign(database: Database, task: str) -> None:
    """Its agent says that it works on a task."""
    database.client.command(
        "INSERT INTO task_events (message_hash, message_id, event_id, event_name, agent_name,"
        " event_time, arrived_at) VALUES (cityHash64({task:String}), {task:String}, {task:String},"
        " 'agent_telemetry.task.claimed', 'writer', {noon:DateTime64(9, 'UTC')}, now64(9))",
        parameters={"task": task, "noon": NOON},
    )


def signs(database: Database) -> int:
    """Signs that the table has, deleted or not. One that was found again may be there twice: only
    a merge, which may be long in coming, makes one of two rows that nobody deleted."""
    counted = "SELECT uniqExact(message_hash, event_time, event_name, agent) FROM open_signs"
    found: int = database.client.query(counted).result_rows[0][0]
    return found


def worked_on(database: Database) -> dict[str, bool]:
    """Whether each open task has a sign of work."""
    rows = database.client.query(
        "SELECT message_id, has_sign FROM open_task_states(now = now64(9), places = [],"
        " passed = [], begins = [], topics = [], waits = [])"
    ).result_rows
    return {message_id: bool(has_sign) for message_id, has_sign in rows}


def run_until(database: Database, rows: set[tuple[str, int]]) -> None:
    """Run the job until these rows are left: it does not clean while the table merges by itself."""

    def is_done() -> bool:
        OpenTasksJob(database).run()
        return stored(database) == rows

    wait_until(is_done, 60)


def run_until_signs(database: Database, left: int) -> None:
    """Run the job until so many signs are left."""

    def is_done() -> bool:
        OpenTasksJob(database).run()
        return signs(database) == left

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


def test_only_signs_of_open_tasks_are_kept(database: Database, always_clean: None) -> None:
    insert(database, message(1, "open"), message(2, "done"), message(3, "waiting"))
    sign(database, "open")
    sign(database, "done")
    assert worked_on(database) == {"open": True, "done": True, "waiting": False}
    insert(database, answer(4, "done"))
    run_until(database, {("open", 0), ("waiting", 0)})
    run_until_signs(database, 1)
    assert worked_on(database) == {"open": True, "waiting": False}


def test_a_sign_that_came_before_its_task_is_seen(database: Database, always_clean: None) -> None:
    sign(database, "late")
    insert(database, message(1, "open"))
    run_until_signs(database, 0)
    insert(database, message(2, "late"))
    for _ in range(3):
        assert worked_on(database) == {"open": False, "late": True}
        OpenTasksJob(database).run()
    assert signs(database) > 0


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
    rows, asked = database.rows, {"is_merging": True}

    def merging(name: str, parameters: Row | None = None) -> list[Row]:
        found = rows(name, parameters)
        return [row | asked for row in found] if name == "observer/open_tasks_size" else found

    monkeypatch.setattr(database, "rows", merging)
    OpenTasksJob(database).run()
    assert ("done", 1) in stored(database)


def test_cleaning_has_to_be_worth_it() -> None:
    assert not worth_cleaning(rows=999, answered=999)
    assert worth_cleaning(rows=2_000, answered=1_000)
    assert not worth_cleaning(rows=1_000_000, answered=99_999)
    assert worth_cleaning(rows=1_000_000, answered=100_000)
