"""What changed between two times, the weightiest first."""

import pytest

from tests.clickhouse.migrations.records import error, record
from tests.query_service.detectors.traffic import Traffic, ago
from tests.query_service.engine import Service, service


@pytest.fixture(scope="module")
def changed(embedded_clickhouse: str) -> Service:
    """From half an hour ago on coder takes ten times as long, and fails in a new way."""
    made, traffic = service(embedded_clickhouse), Traffic()
    for minute in range(60, 5, -1):
        traffic.span("coder", minute, 20 if minute < 30 else 2)
        traffic.span("writer", minute, 2)
    for number, minute in enumerate((20, 15)):
        told = error(
            error_id=f"e-{number}", agent_name="coder", trace_id=f"t-{number}",
            timestamp=ago(minute).isoformat(), error_message="no disk",
        )  # fmt: skip
        traffic.rows["landing_records"].append(record("agent-telemetry-errors", number, told))
    traffic.store(made)
    return made


def test_what_changed_is_told_by_weight(changed: Service) -> None:
    answer = changed.get("/api/v1/claude/changes?from=30m")
    speed, error, *_ = answer["changes"]
    assert (error["section"], error["change"], error["after"]) == ("errors", "added", 2)
    assert (speed["section"], speed["name"]) == ("speeds", "coder invoke_agent coder")
    assert 1900 < speed["before"] < 2200 < 19_000 < speed["after"] < 22_000
    assert "is slower" in speed["text"]
    assert [one["weight"] for one in answer["changes"]] == sorted(
        (one["weight"] for one in answer["changes"]), reverse=True
    )
    assert not [one for one in answer["changes"] if one["name"].startswith("writer invoke")]


def test_the_other_way_round_it_became_faster(changed: Service) -> None:
    before = changed.get(f"/api/v1/claude/changes?from={ago(60).isoformat()[:19]}&to=31m")
    assert not [one for one in before["changes"] if one["section"] in ("speeds", "errors")]


def test_at_most_so_many(changed: Service) -> None:
    whole = changed.get("/api/v1/claude/changes?from=30m")
    cut = changed.get("/api/v1/claude/changes?from=30m&limit=1")
    assert cut["changes"] == whole["changes"][:1]
    assert cut["changes_omitted"] == len(whole["changes"]) - 1
    changed.get("/api/v1/claude/changes?from=20d", 422)
