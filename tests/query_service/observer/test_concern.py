"""Which jobs have something to do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from query_service.db import Database
from query_service.observer import concern
from query_service.observer.concern import Concern
from query_service.observer.progress import Progress, save
from tests.query_service.observer.messages import insert, message

JOBS = ("rollups", "open_tasks", "traces", "failures")


def at(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def stand(database: Database, position: datetime) -> None:
    for job in JOBS:
        save(database, job, [Progress("", 0, position)])


def concerned(look: Concern) -> list[str]:
    """The jobs that run now."""
    ran: list[str] = []

    def note(job: str) -> Callable[[], None]:
        return lambda: ran.append(job)

    for job in JOBS:
        look.of(job, note(job))()
    return ran


def test_at_first_every_job_is_concerned(database: Database) -> None:
    assert concerned(Concern(database, 0, 30)) == list(JOBS)


def test_much_that_arrived_concerns_those_that_it_is_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concern, "MANY", 2)
    stand(database, at(-5))
    insert(database, message(1, "a"))
    assert concerned(Concern(database, 0, 600)) == []
    insert(database, message(2, "b"))
    assert concerned(Concern(database, 0, 600)) == ["rollups", "open_tasks"]
    stand(database, at(600))
    assert concerned(Concern(database, 0, 600)) == []


def test_a_little_waits_until_patience_ends(database: Database) -> None:
    stand(database, at(-20))
    insert(database, message(1, "a"))
    assert concerned(Concern(database, 0, 600)) == []
    assert concerned(Concern(database, 0, 10)) == ["rollups", "open_tasks"]


@pytest.mark.parametrize(("age", "jobs"), [(concern.IDLE - 30, []), (concern.IDLE, [*JOBS])])
def test_jobs_without_anything_to_do_run_seldom(
    database: Database, age: float, jobs: list[str]
) -> None:
    stand(database, at(-age))
    assert concerned(Concern(database, 0, 0)) == jobs


def test_one_look_serves_all_jobs_and_one_that_fails_stays_concerned(database: Database) -> None:
    clock = [0.0]
    look = Concern(database, 5, 0, lambda: clock[0])

    def fail() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        look.of("traces", fail)()
    stand(database, at(600))
    assert concerned(look) == list(JOBS)
    assert concerned(look) == []
    clock[0] = 5
    assert concerned(look) == []
