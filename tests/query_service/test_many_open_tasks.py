"""More open tasks than the service takes into its memory are told the same."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from query_service.models.kept import Kept
from query_service.models.remembered import Remembered
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.rollups import RollupsJob
from query_service.routes import kept, open_now
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


def forget(filled: Service, monkeypatch: pytest.MonkeyPatch, **held: Any) -> None:
    """Let the service keep nothing of before."""
    extensions = filled.web.application.extensions
    held |= {"settled_queues": Remembered(), "settled_queue": Remembered()}
    found = replace(extensions["agent_telemetry"], **held)
    monkeypatch.setitem(extensions, "agent_telemetry", found)


def test_only_the_bodies_that_are_shown_are_read(
    filled: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for job in (RollupsJob, OpenTasksJob):
        job(database(filled)).run()
    path = "/api/v1/queues/writer/pending?limit=3"
    few = filled.get(path)
    assert len(few["tasks"]) == 3
    monkeypatch.setattr(kept, "MOST_IDS", 1)
    texts = Kept(1_000_000, len)
    forget(filled, monkeypatch, bodies=texts)
    assert filled.get(path) == few
    rows = filled.tables.query("SELECT message_id, value_hash FROM open_tasks").result_rows
    everything = [(message_id, value_hash) for message_id, value_hash in rows]
    # One more than is shown is asked for: whether there is a next page.
    assert sum(text is not None for text in texts.of(everything)) == 4


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
    forget(filled, monkeypatch)
    for _ in range(2):
        assert filled.get(f"/api/v1/{path}") == few
