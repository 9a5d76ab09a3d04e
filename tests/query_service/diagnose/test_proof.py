"""The SQL of a finding runs as it stands, for whoever may only read."""

import pytest
from clickhouse_connect.driver.client import Client

from query_service.db import DETECTORS, sql
from query_service.diagnose.declaration import declarations
from query_service.diagnose.detect import Window
from query_service.diagnose.proof import proof, with_values
from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

HOSTILE = "a'b\\'; DROP TABLE tasks -- {since:String}"


@pytest.mark.parametrize("kind", declarations())
def test_every_detector_takes_any_value_as_a_literal(scratch: Service, kind: str) -> None:
    told = declarations()[kind].thresholds
    window = Window(ago(15), ago(0), HOSTILE)
    values = {**window.parameters, **{name: one.default for name, one in told.items()}}
    text = with_values(sql(f"{DETECTORS}/{kind}/find"), values)
    assert run(scratch.tables, text) == []


def test_it_shows_the_finding_again(empty: Service) -> None:
    traffic = Traffic()
    for agent in ("coder", "o'brien"):
        traffic.message(agent, 9, source_agent="planner", ttl_seconds=60)
    traffic.store(empty)
    for one in find(empty, "expired_task"):
        [row] = run(empty.tables, proof(one))
        assert (row["subject"], row["tasks"]) == (one.subject, 1)


def run(tables: Client, text: str) -> list[dict[str, object]]:
    """As /api/v1/sql does: without changing a setting."""
    found = tables.query(text, settings={"readonly": 1})
    return list(found.named_results())
