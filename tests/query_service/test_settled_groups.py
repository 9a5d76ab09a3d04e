"""Groups of errors are the same while failures arrive and when the observer has worked them out,
also those that are told again."""

from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from query_service.models.error_group_rows import page_of
from query_service.observer import horizon
from query_service.routes import settled_groups
from tests.query_service.engine import Service, load
from tests.query_service.test_error_groups import observe, report

PATH = "/api/v1/errors/groups"
REPORTS = [
    report(1, "22T12:00:00"),
    report(2, "22T12:10:00", agent_name="Writer", release="1.1"),
    report(3, "22T12:10:01", trace_id="t2", agent_name="Writer"),
    report(4, "21T11:00:00"),
    report(5, "22T11:00:00", error_message="other", severity="critical"),
    report(6, "20T11:00:00", error_type="Old"),
]
LATER = [
    report(7, "22T12:20:00", error_message="call 99 failed"),
    report(8, "19T12:00:00", error_message="call 98 failed"),
    report(9, "22T09:00:00", error_type="Old"),
    report(10, "22T09:30:00", error_type="New", severity="critical", agent_name="Writer"),
]


def urls(answer: Any) -> list[str]:
    """Lists by all orders, with filters and pages, and each group."""
    queries = ["", "?since=7d", "?since=30m", "?agent_name=writer", "?severity=critical"]
    queries += [f"?sort={sort}" for sort in ("-count", "last_seen", "-last_seen", "first_seen")]
    queries += ["?new_since=2d", "?limit=0", "?limit=1", "?since=1960-01-01T00:00:00", "?at=1h"]
    lists = [PATH + query for query in queries]
    cursors = [f"{PATH}?limit=1&cursor={answer['next_cursor']}"] if answer["next_cursor"] else []
    return lists + cursors + [f"{PATH}/{group['fingerprint']}" for group in answer["groups"]]


def test_groups_are_the_same_before_and_after_the_observer(
    empty: Service, embedded_clickhouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(horizon, "MARGIN", timedelta())
    pages = Mock(wraps=page_of)
    monkeypatch.setattr(settled_groups, "page_of", pages)
    for reports in (REPORTS, LATER):
        load(empty.tables, reports)
        paths = urls(empty.get(f"{PATH}?limit=1"))
        before = [told(empty, path) for path in paths]
        pages.reset_mock()
        observe(empty, embedded_clickhouse)
        for _ in range(2):
            assert [told(empty, path) for path in paths] == before
        is_past = ["at=" in path or "cursor=" in path for path in paths]
        assert pages.call_count == 2 * is_past.count(False)
    monkeypatch.setattr(settled_groups, "MOST", 0)
    assert [told(empty, path) for path in paths] == before


def told(service: Service, path: str) -> Any:
    """The answer but for the cursor, which tells the time."""
    return {**service.get(path), "next_cursor": None}
