"""More open tasks than the service takes into its memory are told the same."""

from collections.abc import Iterator

import pytest

from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.rollups import RollupsJob
from query_service.routes import open_now
from tests.query_service.engine import Service, load, service
from tests.query_service.test_handoffs import traffic
from tests.query_service.test_queues_exact import database


@pytest.fixture(scope="module")
def filled(embedded_clickhouse: str) -> Iterator[Service]:
    """A service over recorded handoffs."""
    made = service(embedded_clickhouse)
    load(made.tables, traffic())
    yield made
    made.tables.close()


@pytest.mark.parametrize("path", ["queues", "queues/writer", "queues/writer?limit=1"])
@pytest.mark.parametrize("is_settled", [False, True], ids=["coming", "settled"])
def test_the_same_is_told(
    filled: Service, monkeypatch: pytest.MonkeyPatch, path: str, is_settled: bool
) -> None:
    if is_settled:
        for job in (RollupsJob, OpenTasksJob):
            job(database(filled)).run()
    few = filled.get(f"/api/v1/{path}")
    monkeypatch.setattr(open_now, "MOST_OPEN", 1)
    for _ in range(2):
        assert filled.get(f"/api/v1/{path}") == few
