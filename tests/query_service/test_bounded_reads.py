"""A page costs what is on it, not what all rows of the table weigh."""

import pytest

from query_service import app
from query_service.db import sql
from query_service.models.cursor import END
from query_service.settings import Settings
from tests.query_service.engine import NOW, Service, load, produced

MEMORY = 200_000_000
ROWS = 300_000  # of 1.5 kB each
FILTERS = {"at": "2100-01-01 00:00:00", "trace_id": "", "agent": "", "limit": 10}
WINDOW = {
    "since": "1970-01-01 00:00:00",
    "until": "2200-01-01 00:00:00",
    "after_time": str(END),
    "after_id": "",
}


@pytest.mark.parametrize(
    ("name", "filling", "filters"),
    [
        (
            "events/page",
            "INSERT INTO events (event_id, data, arrived_at)"
            " SELECT toString(number), repeat(toString(1e5 + number), 250), now64()"
            " FROM numbers(%d)",
            WINDOW | {"event_type": "", "severity": "", "text": ""},
        ),
        (
            "handoffs/record_times",
            "INSERT INTO handoffs (message_id, record, arrived_at)"
            " SELECT toString(number), repeat(toString(1e5 + number), 250), now64()"
            " FROM numbers(%d)",
            WINDOW | {"source": "", "target": "", "priority": ""},
        ),
    ],
    ids=["events", "handoffs"],
)
def test_memory(empty: Service, name: str, filling: str, filters: dict[str, str]) -> None:
    empty.tables.command(filling % ROWS)
    found = empty.tables.query(
        sql(name), parameters=FILTERS | filters, settings={"max_memory_usage": MEMORY}
    )
    assert len(found.result_rows) == 10


def test_an_answer_of_large_records_is_refused_and_a_shorter_one_is_not(
    empty: Service, embedded_clickhouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.ANSWER_LIMITS, "max_result_bytes", 2_000_000)
    task = {"message_type": "task", "target_agent": "W", "payload": {"text": "x" * 200_000}}
    sent = {f"m{n}": f"2026-11-22T12:00:{n:02}" for n in range(20)}
    load(
        empty.tables,
        [
            produced("agent-queue-w", n, message_id=own, timestamp=time, **task)
            for n, (own, time) in enumerate(sent.items())
        ],
    )
    database = empty.tables.database
    settings = Settings(clickhouse_url=embedded_clickhouse, clickhouse_database=str(database))
    bounded = app.create_app(settings, clock=lambda: NOW).test_client()
    for path in ("queues/w", "queues/w/pending"):
        refused = bounded.get(f"/api/v1/{path}")
        assert (refused.status_code, "ask for less" in refused.text) == (422, True)
        assert bounded.get(f"/api/v1/{path}?limit=2").status_code == 200
    assert bounded.get("/api/v1/queues").status_code == 200
