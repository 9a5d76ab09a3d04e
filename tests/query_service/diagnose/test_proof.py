"""The SQL of a finding runs as it stands, for whoever may only read."""

from dataclasses import replace

import pytest
from clickhouse_connect.driver.client import Client

from query_service.db import DETECTORS, sql
from query_service.diagnose.declaration import declarations
from query_service.diagnose.detect import Window
from query_service.diagnose.proof import proof, with_values
from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.diagnose.findings import found
from tests.query_service.engine import Service

HOSTILE = "a  'b\\'; DROP TABLE tasks -- {since:String}"


@pytest.mark.parametrize("kind", declarations())
def test_every_detector_takes_any_value_as_a_literal(scratch: Service, kind: str) -> None:
    told = declarations()[kind].thresholds
    window = Window(ago(15), ago(0), HOSTILE)
    values = {**window.parameters, **{name: one.default for name, one in told.items()}}
    text = with_values(sql(f"{DETECTORS}/{kind}/find"), values)
    assert run(scratch.tables, text) == []
    one = found(kind, HOSTILE)
    asked = replace(one, asked=values)
    assert run(scratch.tables, proof(asked, on_one_line=True)) == []
    assert "\n" not in proof(asked, on_one_line=True)


def test_it_shows_the_finding_again(empty: Service) -> None:
    traffic = Traffic()
    for agent in ("coder", "o'brien", "two  spaces"):
        traffic.message(agent, 9, source_agent="planner", ttl_seconds=60)
    traffic.store(empty)
    for one in find(empty, "expired_task"):
        [row] = run(empty.tables, proof(one))
        assert (row["subject"], row["tasks"]) == (one.subject, 1)
        assert run(empty.tables, proof(one, on_one_line=True)) == [row]


def run(tables: Client, text: str) -> list[dict[str, object]]:
    """As /api/v1/sql does: without changing a setting."""
    found = tables.query(text, settings={"readonly": 1})
    return list(found.named_results())
