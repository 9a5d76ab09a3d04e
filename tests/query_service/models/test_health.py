"""Health: the truth about the parts and the lag."""

from datetime import UTC, datetime, timedelta
from typing import Any

from query_service.models.health import OLD, pipeline, status

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
UP: dict[str, dict[str, Any]] = {p: {"status": "up"} for p in ("clickhouse", "kafka", "collector")}
DOWN = {"status": "down"}


def _row(group: str, lag: int, age: timedelta) -> dict[str, Any]:
    return {"consumer_group": group, "lag": lag, "partitions": 3, "observed_at": NOW - age}


def test_a_sample_that_has_grown_old_is_unknown_and_not_the_last_value() -> None:
    fresh, old = timedelta(seconds=5), OLD + timedelta(seconds=1)
    shown = pipeline([_row("a", 7, fresh), _row("b", 9, old)], NOW)
    assert (shown["lag"], shown["unknown_since"]) == (7, None)
    assert shown["groups"][1]["lag"] is None
    assert shown["groups"][1]["unknown_since"] == "2026-11-22T11:56:59"
    assert pipeline([_row("b", 9, old)], NOW)["unknown_since"] == "2026-11-22T11:56:59"


def test_without_samples_the_lag_is_unknown() -> None:
    assert pipeline([], NOW) == {
        "lag": None,
        "observed_at": None,
        "unknown_since": None,
        "groups": [],
    }


def test_the_status_says_what_can_be_believed() -> None:
    assert status(UP, True, 0) == "healthy"
    assert status(UP, True, None) == "degraded"
    assert status({**UP, "kafka": DOWN}, True, 0) == "degraded"
    assert status({**UP, "clickhouse": DOWN}, True, 0) == "unhealthy"
    assert status(UP, False, 0) == "unhealthy"
