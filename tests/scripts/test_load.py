"""The load generator keeps what it promises."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bench.load import Load, TooFewMessages, fill
from bench.load.command import prepare
from clickhouse_connect.driver.client import Client

from query_service.db import connect
from query_service.settings import Settings

MESSAGES = 20_000
OPEN_TASKS = 500
SEEN_EVERY = 21_600


@pytest.fixture(scope="module")
def loaded(embedded_clickhouse: str) -> Client:
    """A database with everything in it."""
    settings = Settings(clickhouse_url=embedded_clickhouse, clickhouse_database="loaded")
    prepare(settings)
    client = connect(settings)
    load = Load(MESSAGES, datetime.now(UTC), open_tasks=OPEN_TASKS, offsets_every=SEEN_EVERY)
    fill(client, load, lambda line: None)
    return client


def value(client: Client, sql: str) -> Any:
    """The only value of a query's answer."""
    [(only,)] = client.query(sql).result_rows
    return only


def test_messages_and_spans_are_as_many_as_asked_for(loaded: Client) -> None:
    assert value(loaded, "SELECT uniqExact(message_id) FROM agent_messages") == MESSAGES
    assert value(loaded, "SELECT count() FROM otel_traces FINAL") == MESSAGES
    assert value(loaded, "SELECT uniqExact(TraceId) FROM otel_traces") == MESSAGES // 20
    assert value(loaded, "SELECT uniqExact(agent) FROM agent_messages") == 200


def test_one_message_in_100_comes_at_two_offsets(loaded: Client) -> None:
    assert value(loaded, "SELECT count() FROM agent_messages FINAL") == MESSAGES * 101 // 100


def test_offsets_have_no_gap(loaded: Client) -> None:
    gaps = """
    SELECT count() FROM
    (
        SELECT 1 FROM agent_messages
        GROUP BY topic, partition
        HAVING uniqExact(offset) != max(offset) + 1
    )
    """
    assert value(loaded, gaps) == 0


def test_so_many_tasks_as_asked_for_have_no_answer(loaded: Client) -> None:
    counted = loaded.query(
        """
        SELECT state, count()
        FROM task_states(at = '2100-01-01', now = now64(9), open_only = true)
        WHERE pending
        GROUP BY state
        """
    ).result_rows
    states = {row[0]: row[1] for row in counted}
    assert sum(states.values()) == OPEN_TASKS
    assert states.keys() >= {"queued", "in_progress", "expired"}


@pytest.mark.parametrize(
    "lost",
    [
        "FROM task_answers WHERE parent_message_id NOT IN (SELECT message_id FROM tasks)",
        "FROM agent_messages WHERE trace_id NOT IN (SELECT TraceId FROM otel_traces)",
    ],
    ids=["answers", "messages"],
)
def test_every_answer_belongs_to_a_task_and_every_message_to_a_trace(
    loaded: Client, lost: str
) -> None:
    assert value(loaded, f"SELECT count() {lost}") == 0


def test_some_answers_come_hours_late_and_some_before_their_task(loaded: Client) -> None:
    late, early = loaded.query(
        """
        SELECT
            countIf(a.event_time > t.event_time + INTERVAL 1 HOUR),
            countIf(a.event_time < t.event_time)
        FROM task_answers AS a FINAL
        INNER JOIN tasks AS t FINAL ON t.message_id = a.parent_message_id
        """
    ).result_rows[0]
    assert late > 0
    assert early > 0


def test_one_message_in_100_is_a_failure(loaded: Client) -> None:
    failed = "SELECT uniqExact(message_id) FROM agent_messages WHERE message_type = 'error'"
    assert value(loaded, failed) == MESSAGES // 100
    logged = "SELECT uniqExact(error_id) FROM error_reports WHERE origin = 'log'"
    assert value(loaded, logged) == MESSAGES // 100


def test_messages_of_a_group_differ_but_have_one_fingerprint(loaded: Client) -> None:
    groups, texts = loaded.query(
        "SELECT uniqExact(fingerprint), uniqExact(error_message) FROM error_reports"
    ).result_rows[0]
    assert groups <= 300
    assert texts > groups


def test_some_traces_are_still_running(loaded: Client) -> None:
    assert value(loaded, "SELECT uniqExact(TraceId) FROM otel_traces FINAL WHERE NOT Ended") == 60


def test_some_payloads_are_big(loaded: Client) -> None:
    assert value(loaded, "SELECT countIf(length(body) > 100000) FROM agent_messages") > 0


def test_the_same_seed_gives_the_same_rows_and_another_others(
    loaded: Client, embedded_clickhouse: str
) -> None:
    first, again, other = (_rows_of(embedded_clickhouse, seed) for seed in (1, 1, 2))
    assert first == again
    assert all(first[table] != other[table] for table in first)


def test_open_tasks_that_do_not_fit_are_refused(loaded: Client) -> None:
    with pytest.raises(TooFewMessages, match="5000 open tasks"):
        fill(loaded, Load(2_000, datetime.now(UTC)), lambda line: None)


def _rows_of(url: str, seed: int) -> dict[str, tuple[int, int]]:
    """Number and hash of the rows that come to each landing table, kept in a database beside."""
    settings = Settings(clickhouse_url=url, clickhouse_database="kept")
    server = connect(settings, database="default")
    server.command("DROP DATABASE IF EXISTS kept")
    server.command("CREATE DATABASE kept ENGINE = Atomic")
    kept = connect(settings)
    tables = ("landing_records", "landing_traces", "landing_logs", "landing_metrics_gauge")
    for table in tables:
        kept.command(f"CREATE TABLE {table} ENGINE = Memory AS SELECT * FROM loaded.{table}")
    end = datetime(2026, 1, 8, tzinfo=UTC)
    fill(kept, Load(2_000, end, seed, open_tasks=100, offsets_every=86_400), lambda line: None)
    hashes = {}
    for table in tables:
        [(rows, hashed)] = kept.query(
            f"SELECT count(), sum(cityHash64(*)) FROM {table}"
        ).result_rows
        hashes[table] = (rows, hashed)
    return hashes
