"""Hourly counts, on the real engine."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from query_service.db import Database, Row
from query_service.observer.rollups import RollupsJob, last_closed
from tests.query_service.observer.messages import NOON, hours, insert, message

EVERYTHING = datetime(2100, 1, 1, tzinfo=UTC)


def hourly(database: Database) -> dict[tuple[datetime, str, str], tuple[int, int]]:
    """Messages and deliveries by hour, agent and priority."""
    rows = database.client.query(
        "SELECT bucket, agent, priority, messages, deliveries FROM queue_counts_hourly FINAL"
    ).result_rows
    return {(b.replace(tzinfo=UTC), agent, p): (m, d) for b, agent, p, m, d in rows}


def counted(database: Database, at: datetime) -> tuple[int, int]:
    """Messages and deliveries up to `at`, by the view."""
    [(messages, deliveries)] = database.client.query(
        "SELECT sum(messages), sum(deliveries) FROM queue_counts(at = {at:DateTime64(9, 'UTC')})",
        parameters={"at": at},
    ).result_rows
    return messages, deliveries


def run(database: Database) -> None:
    RollupsJob(database).run()


def test_a_record_that_arrives_twice_counts_once(database: Database) -> None:
    insert(database, message(1, "a"))
    insert(database, message(1, "a"), message(2, "b"))
    run(database)
    assert hourly(database) == {(NOON, "writer", "normal"): (2, 2)}


def test_a_second_record_of_a_message_is_a_delivery_in_its_own_hour(database: Database) -> None:
    insert(database, message(1, "a"), message(2, "a", event_time=NOON + hours(3)))
    run(database)
    assert hourly(database) == {
        (NOON, "writer", "normal"): (1, 1),
        (NOON + hours(3), "writer", "normal"): (0, 1),
    }


def test_a_late_record_changes_its_hour_and_the_hours_of_the_same_message(
    database: Database,
) -> None:
    insert(database, message(2, "a", event_time=NOON + hours(3)), message(3, "b"))
    run(database)
    late = datetime.now(UTC) + hours(1)
    insert(database, message(1, "a", arrived_at=late))
    run(database)
    assert hourly(database) == {
        (NOON, "writer", "normal"): (2, 2),
        (NOON + hours(3), "writer", "normal"): (0, 1),
    }


def test_an_hour_without_news_is_not_counted_again(database: Database) -> None:
    insert(database, message(1, "a"))
    run(database)
    run(database)
    [(versions,)] = database.client.query(
        "SELECT uniqExact(computed_at) FROM queue_counts_hourly"
    ).result_rows
    assert versions == 1


def test_what_vanished_gets_zero(database: Database) -> None:
    insert(database, message(1, "a", priority="low"))
    run(database)
    database.client.command("TRUNCATE TABLE agent_messages")
    insert(database, message(1, "a", priority="high", arrived_at=datetime.now(UTC)))
    run(database)
    assert hourly(database) == {
        (NOON, "writer", "low"): (0, 0),
        (NOON, "writer", "high"): (1, 1),
    }


def test_the_open_hour_is_counted_live(database: Database) -> None:
    now = datetime.now(UTC)
    insert(database, message(1, "a", arrived_at=now), message(2, "b", event_time=now))
    run(database)
    assert list(hourly(database)) == [(NOON, "writer", "normal")]
    insert(database, message(3, "c", event_time=now), message(4, "a", event_time=now))
    assert counted(database, EVERYTHING) == (3, 4)
    assert counted(database, NOON) == (1, 1)
    assert counted(database, NOON - hours(1)) == (0, 0)


def test_before_the_first_run_all_is_counted_live(database: Database) -> None:
    insert(database, message(1, "a"), message(2, "a", event_time=NOON + hours(1)))
    assert counted(database, EVERYTHING) == (1, 2)


@pytest.mark.parametrize(
    ("now", "closed"), [("13:04:59", "12:00"), ("13:05:00", "13:00"), ("00:00:00", "23:00")]
)
def test_an_hour_closes_five_minutes_late(now: str, closed: str) -> None:
    at = last_closed(datetime.fromisoformat(f"2026-03-04T{now}+00:00"))
    assert at.strftime("%H:%M") == closed


records = st.builds(
    lambda offset, name, minutes: message(
        offset, name, event_time=NOON + timedelta(minutes=minutes)
    ),
    offset=st.integers(0, 12),
    name=st.sampled_from("abcd"),
    minutes=st.integers(0, 200),
)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(records, min_size=1, max_size=8), min_size=1, max_size=3))
def test_however_records_come_rollups_equal_a_count_of_everything(
    database: Database, batches: list[list[Row]]
) -> None:
    for table in ("agent_messages", "queue_counts_hourly", "observer_progress"):
        database.client.command(f"TRUNCATE TABLE {table}")
    same = {row["offset"]: row for batch in batches for row in batch}
    for batch in batches:
        arrived = {"arrived_at": datetime.now(UTC)}
        insert(database, *(same[row["offset"]] | arrived for row in batch))
        run(database)
    assert counted(database, EVERYTHING) == (
        len({row["message_id"] for row in same.values()}),
        len(same),
    )
    assert sum(m for m, _ in hourly(database).values()) == counted(database, EVERYTHING)[0]
