"""`/metrics` reads settled totals again when they are others, and only then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.db import sql
from query_service.models.values import ns
from tests.query_service.client import NOW, client
from tests.query_service.engine import Service
from tests.query_service.fake_database import ALWAYS, FakeDatabase

HOUR = timedelta(hours=1)
SETTLED = ALWAYS["traces/position"][0] | {"is_touched": False, "buckets": []}


def row(traces: int, told_from: int = 0, told_until: int = 2**62) -> dict[str, Any]:
    return {"total_traces": traces, "told_from": told_from, "told_until": told_until}


@pytest.mark.parametrize(
    ("first", "changed", "total"),
    [
        (row(3), {}, 3),
        (row(3), {"tables/parts": [{"state": 6, "parts": 9}]}, 4),
        (row(3), {"tables/parts": [{"state": 0, "parts": 0}]}, 4),
        (row(3), {"traces/position": [ALWAYS["traces/position"][0]]}, 4),
        (row(3, told_from=ns(NOW), told_until=ns(NOW) + 1), {}, 3),
        (row(3, told_until=ns(NOW)), {}, 4),
        (row(3, told_from=ns(NOW) + 1), {}, 4),
    ],
    ids=["same", "others", "elsewhere", "came", "of this time", "of before", "of later"],
)
def test_totals_are_read_when_they_may_be_others(
    first: dict[str, Any], changed: dict[str, list[dict[str, Any]]], total: int
) -> None:
    asked = FakeDatabase({"traces/position": [SETTLED], "metrics/settled": [first]})
    web = client(asked)
    web.get("/api/v1/metrics")
    asked.answers |= {**changed, "metrics/settled": [row(4)]}
    assert web.get("/api/v1/metrics").get_json()["total_traces"] == total


def test_totals_tell_when_the_next_trace_has_waited_for_its_root(empty: Service) -> None:
    signs = [NOW - HOUR + timedelta(minutes=minutes) for minutes in (-5, 0, 7, 9)]
    kept = datetime(2100, 1, 1, tzinfo=UTC)
    rows = [[NOW, f"t{n}", NOW, kept, sign, "failed", n < 3] for n, sign in enumerate(signs)]
    names = ["bucket", "trace_id", "start_time", "arrived_at", "last_sign", "decided"]
    empty.tables.insert("trace_summaries", rows, [*names, "awaits_root"])
    assert told(empty, NOW) == (1, ns(signs[1] + HOUR), ns(signs[2] + HOUR))
    until = signs[2] + HOUR
    assert told(empty, until) == (0, ns(until), 2**63 - 1)
    assert told(empty, until - timedelta(microseconds=1))[0] == 1


def told(service: Service, now: datetime) -> tuple[int, int, int]:
    """How many traces run, and from when to when that is so."""
    found = service.tables.query(
        sql("metrics/settled"),
        parameters={
            "now": now.strftime("%Y-%m-%d %H:%M:%S.%f"),
            "at": "2100-01-01 00:00:00",
            "touched_from": "1970-01-01 00:00:00",
            "touched_to": "1970-01-01 00:00:00",
            "is_touched": 0,
        },
    )
    [totals] = found.named_results()
    return totals["running_traces"], totals["told_from"], totals["told_until"]
