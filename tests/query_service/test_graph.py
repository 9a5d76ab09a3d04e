"""The graph of agents is exact: added up of whole five minutes and the ends of its window."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from query_service.db import sql
from query_service.models.answered import quantiles
from query_service.observer import horizon
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.rollups import RollupsJob
from tests.query_service.engine import Service, load
from tests.query_service.test_handoffs import DAY, sent
from tests.query_service.test_queues_exact import database

TASKS = 40


def spread(first: int) -> list[Any]:
    """Tasks of three senders from 11:40 on, one each 45 s, and an answer to each."""
    records = []
    for n in range(first, first + TASKS):
        sender, at = f"planner-{n % 3}", timedelta(hours=11, minutes=40, seconds=45 * (n - first))
        later = f"12:{20 + n // 60}:{n % 60:02}.{n % 7}"
        records += [
            sent(n, f"m{n}", sender, "writer", str(at)),
            sent(1000 + n, f"r{n}", "writer", sender, later, kind="result", parent=f"m{n}"),
        ]
    return records


def test_a_cut_window_is_the_same_before_and_after_the_observer(
    empty: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(horizon, "MARGIN", timedelta())
    urls = [
        f"/api/v1/graph?sort={sort}&since={DAY}11:{begin}&until={DAY}12:{end}"
        for begin in ("30:00", "41:30.000001", "44:59.9", "45:00", "58:10")
        for end in ("00:00", "04:10", "05:00", "30:00")
        for sort in ("p95", "tasks")
    ]
    for first in (0, TASKS):  # the second time after what was told the first time
        load(empty.tables, spread(first))
        before = [empty.get(url) for url in urls]
        assert len({sum(edge["answered"] for edge in one["edges"]) for one in before}) > 9
        RollupsJob(database(empty)).run()
        OpenTasksJob(database(empty)).run()
        assert [empty.get(url) for url in (*urls, *urls)] == before * 2


def test_bins_have_the_percentiles_of_clickhouse(empty: Service) -> None:
    [expression] = [line for line in sql("graph/answered_bins").split("\n") if " AS bins" in line]
    draw = Random(7)
    for number in (1, 2, 19, 20, 21, 500):
        values = [0.0, *(10 ** draw.uniform(-9, 6) for _ in range(number - 1))]
        query = f"""
            WITH arrayJoin({values}) AS seconds
            SELECT {expression.strip().rstrip(",")},
                quantilesDDIf(0.01, 0.5, 0.95)(greatest(seconds, 1e-9), seconds >= 0)
        """
        [[bins, expected]] = empty.tables.query(query).result_rows
        assert quantiles(bins, (0.5, 0.95)) == pytest.approx(expected, rel=1e-12)
    assert quantiles({}, (0.5, 0.95)) == []
