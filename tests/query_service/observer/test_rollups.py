"""What the observer works out of messages. That it is exact is shown by test_queues_exact."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_service.db import Database
from query_service.observer import rollups
from query_service.observer.rollups import RollupsJob, hash_ranges, portions
from tests.query_service.observer.messages import NOON, answer, hours, insert, message

DAY = NOON.replace(hour=0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def counts(database: Database, seconds: int) -> dict[tuple[datetime, str, str], tuple[int, int]]:
    """Messages and deliveries by bucket, queue and priority."""
    rows = database.client.query(
        "SELECT bucket, agent, priority, messages, deliveries FROM queue_counts FINAL"
        " WHERE seconds = {seconds:UInt32} AND side = 'queue'",
        parameters={"seconds": seconds},
    ).result_rows
    return {(b.replace(tzinfo=UTC), agent, p): (m, d) for b, agent, p, m, d in rows}


def answered(database: Database) -> dict[str, tuple[datetime, str, int]]:
    """When each answered task was sent, what came of it, and how many answers it has."""
    rows = database.client.query(
        "SELECT message_id, event_time, outcome, answers FROM answered_tasks FINAL"
    ).result_rows
    assert len(rows) == len({row[0] for row in rows})
    return {m: (time.replace(tzinfo=UTC), outcome, n) for m, time, outcome, n in rows}


def run(database: Database) -> None:
    RollupsJob(database).run()


def test_a_record_that_arrives_twice_counts_once(database: Database) -> None:
    insert(database, message(1, "a"))
    insert(database, message(1, "a"), message(2, "b"))
    run(database)
    for seconds, bucket in ((300, NOON), (3_600, NOON), (86_400, DAY)):
        assert counts(database, seconds) == {(bucket, "writer", "normal"): (2, 2)}


def test_a_second_record_of_a_message_is_a_delivery_in_its_own_bucket(database: Database) -> None:
    insert(database, message(1, "a"), message(2, "a", event_time=NOON + hours(3)))
    run(database)
    assert counts(database, 3_600) == {
        (NOON, "writer", "normal"): (1, 1),
        (NOON + hours(3), "writer", "normal"): (0, 1),
    }
    assert counts(database, 86_400) == {(DAY, "writer", "normal"): (1, 2)}


def test_an_earlier_record_that_comes_late_changes_both_buckets(database: Database) -> None:
    insert(database, message(2, "a", event_time=NOON + hours(3)), message(3, "b"))
    run(database)
    insert(database, message(1, "a"))
    run(database)
    assert counts(database, 300) == {
        (NOON, "writer", "normal"): (2, 2),
        (NOON + hours(3), "writer", "normal"): (0, 1),
    }


def test_what_vanished_gets_zero(database: Database) -> None:
    insert(database, message(1, "a", priority="low"))
    run(database)
    database.client.command("TRUNCATE TABLE agent_messages")
    insert(database, message(2, "b", priority="high"))
    run(database)
    assert counts(database, 86_400) == {
        (DAY, "writer", "low"): (0, 0),
        (DAY, "writer", "high"): (1, 1),
    }


def test_a_task_has_its_first_answer_whatever_the_order(database: Database) -> None:
    insert(database, answer(3, "a", message_type="error", event_time=NOON + hours(2)))
    run(database)
    assert answered(database) == {}
    insert(database, message(1, "a"), message(2, "b"))
    run(database)
    assert answered(database) == {"a": (NOON, "failed", 1)}
    early = {"message_type": "result", "parent_message_id": "a", "event_time": NOON + hours(1)}
    insert(database, message(4, "early", **early))
    run(database)
    assert answered(database) == {"a": (NOON, "completed", 2)}


def test_an_answered_task_has_one_row_when_an_earlier_record_comes(database: Database) -> None:
    insert(database, message(2, "a", event_time=NOON + hours(1)), answer(3, "a"))
    run(database)
    insert(database, message(1, "a"))
    run(database)
    assert answered(database) == {"a": (NOON, "completed", 1)}


def test_a_long_backlog_is_worked_through_in_parts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "IDS_AT_ONCE", 3)
    monkeypatch.setattr(rollups, "RECORDS_AT_ONCE", 2)
    sent = [message(n, f"m{n}", event_time=NOON + hours(n / 2)) for n in range(8)]
    insert(database, *sent, message(8, "m0"), answer(9, "m1"), answer(10, "m7"))
    run(database)
    assert sum(m for m, _ in counts(database, 86_400).values()) == 10
    assert sum(d for _, d in counts(database, 86_400).values()) == 11
    assert answered(database).keys() == {"m1", "m7"}


def test_after_an_outage_everything_is_worked_out_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(database, message(1, "a"), message(2, "a", event_time=NOON + hours(1)), answer(3, "a"))
    run(database)
    before = counts(database, 300), answered(database)
    for table in ("arrivals", "queue_counts", "message_repeats", "answered_tasks"):
        database.client.command(f"TRUNCATE TABLE {table}")
    monkeypatch.setattr(rollups, "ARRIVALS_REACH", timedelta(0))
    run(database)
    assert (counts(database, 300), answered(database)) == before


def test_all_days_are_kept_as_a_whole(database: Database) -> None:
    key = (EPOCH, "writer", "normal")
    insert(database, message(1, "a"), message(2, "b", event_time=NOON + hours(30)))
    run(database)
    assert counts(database, 0) == {key: (2, 2)}
    insert(database, message(3, "b", event_time=NOON - hours(30)))
    run(database)
    assert counts(database, 0) == {key: (2, 3)}
    database.client.command("TRUNCATE TABLE arrivals")
    database.client.command(
        f"ALTER TABLE queue_counts DELETE WHERE seconds = 86400 AND bucket < '{NOON:%F}'"
        " SETTINGS mutations_sync = 2"
    )
    run(database)
    assert counts(database, 0) == {key: (1, 2)}


def pass_by(database: Database, days: int) -> None:
    """Move on so many days: counts are as much older, and what is too old goes."""
    for statement in (
        "CREATE TABLE older AS queue_counts",
        f"INSERT INTO older SELECT * REPLACE (computed_at - INTERVAL {days} DAY AS computed_at)"
        " FROM queue_counts FINAL",
        "EXCHANGE TABLES older AND queue_counts",
        "DROP TABLE older",
        "OPTIMIZE TABLE queue_counts FINAL",
    ):
        database.client.command(statement)


def test_all_days_as_a_whole_are_kept_as_long_as_each_of_them(database: Database) -> None:
    key = (EPOCH, "writer", "normal")
    insert(database, message(1, "a"), message(2, "b", event_time=NOON + hours(30)))
    run(database)
    database.client.command("TRUNCATE TABLE arrivals")
    pass_by(database, 13)
    insert(database, message(1, "a"))
    run(database)
    assert counts(database, 0) == {key: (2, 2)}
    pass_by(database, 2)
    assert counts(database, 86_400) == {(DAY, "writer", "normal"): (1, 1)}
    # Not before the next run, which may be a long time away.
    assert counts(database, 0) == {key: (2, 2)}
    run(database)
    assert counts(database, 0) == {key: (1, 1)}


def test_the_last_message_of_all_days_is_the_last_that_is_counted(database: Database) -> None:
    last = "SELECT max(last_time) FROM queue_counts FINAL WHERE seconds = 0 AND deliveries > 0"
    insert(database, message(1, "a"), message(2, "b", event_time=NOON + hours(30)))
    run(database)
    database.client.command("TRUNCATE TABLE arrivals")
    later = "seconds = 86400 AND bucket > toDateTime({noon:DateTime('UTC')})"
    database.client.command(
        f"ALTER TABLE queue_counts DELETE WHERE {later} SETTINGS mutations_sync = 2",
        parameters={"noon": NOON},
    )
    run(database)
    [(time,)] = database.client.query(last).result_rows
    assert time.replace(tzinfo=UTC) == NOON


def test_nothing_is_written_while_nothing_comes(database: Database) -> None:
    insert(database, message(1, "a"))
    run(database)
    database.client.command("TRUNCATE TABLE arrivals")
    run(database)
    [(runs,)] = database.client.query("SELECT count() FROM observer_progress").result_rows
    assert runs == 1


@given(st.integers(1, 1_000))
def test_ranges_cover_every_hash_once(count: int) -> None:
    ranges = list(hash_ranges(count))
    assert (ranges[0][0], ranges[-1][1]) == (0, 2**64 - 1)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ranges))


def test_portions_are_bounded_and_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "RECORDS_AT_ONCE", 10)
    monkeypatch.setattr(rollups, "BUCKETS_AT_ONCE", 2)
    changed = [{"bucket": NOON + hours(n), "records": n} for n in (20, 1, 2, 3, 8)]
    taken = list(portions(changed))
    assert [len(part) for part in taken] == [1, 2, 1, 1]
    assert [bucket for part in taken for bucket in part] == [row["bucket"] for row in changed]
