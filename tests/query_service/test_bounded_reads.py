"""A page costs what is on it, not what all rows of the table weigh."""

import pytest

from query_service.db import sql
from query_service.models.cursor import END
from tests.query_service.engine import Service

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
