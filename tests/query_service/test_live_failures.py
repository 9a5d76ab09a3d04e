"""Answers about errors while reports arrive: what endpoints work out beside the observer's table is
what the view of all failures says."""

import random
from datetime import timedelta
from typing import Any

import pytest

from query_service import failures
from query_service.failures import KNOWN, standing
from query_service.models.values import iso
from query_service.routes import error_group_rows
from query_service.routes.context import database
from tests.query_service.engine import NOW, Service, load, produced
from tests.query_service.test_error_groups import observe

REPORTS = 120
FIRST = NOW - timedelta(minutes=40)
PATHS = [
    "/api/v1/errors?limit={limit}",
    "/api/v1/errors?limit={limit}&sort=-time",
    "/api/v1/errors?limit={limit}&severity=critical",
    "/api/v1/errors?limit={limit}&severity=error&agent_name=Writer",
    "/api/v1/errors?limit={limit}&category=llm_error&error_type=B",
    "/api/v1/errors?limit={limit}&trace_id=t1",
    "/api/v1/errors?limit={limit}&text=B",
    "/api/v1/errors?limit={limit}&since=30m&until=10m",
    "/api/v1/errors?limit={limit}&{at}",
    "/api/v1/errors/agent/writer?limit={limit}",
    "/api/v1/errors/agent/writer?limit={limit}&since=20m",
    "/api/v1/errors/summary",
    "/api/v1/errors/summary?{at}",
    "/api/v1/errors/groups?limit={limit}",
    "/api/v1/errors/groups?limit={limit}&sort=last_seen&agent_name=Writer",
    "/api/v1/errors/groups?limit={limit}&sort=-first_seen&severity=critical",
    "/api/v1/errors/groups?limit={limit}&sort=-count&since=20m&until=5m&{at}",
    "/api/v1/errors/groups?limit={limit}&new_since=15m",
    "/api/v1/traces/t1/errors",
    "/api/v1/traces/t1/errors?{at}",
    "/api/v1/agents?limit={limit}",
    "/api/v1/agents?limit={limit}&{at}",
]


def reports(luck: random.Random) -> list[dict[str, Any]]:
    """Reports of a few traces and groups, several of one failure, some of them moved or again."""
    rows = []
    for number in range(REPORTS):
        time = FIRST + timedelta(seconds=luck.randint(0, 2300), milliseconds=luck.choice([0, 1]))
        fields = {
            "error_id": f"e{luck.randint(0, 99):02}",
            "error_type": luck.choice("ABC"),
            "error_message": luck.choice(["call failed", "it broke"]),
            "agent_name": luck.choice(["Writer", "Code Helper", "A:b", ""]),
            "severity": luck.choice(["error", "critical"]),
            "category": luck.choice(["llm_error", "tool_error"]),
            "trace_id": luck.choice([*(f"t{n}" for n in range(8)), "t'\\", ""]),
            "span_id": luck.choice(["", "a", "b"]),
            "release": luck.choice(["1.0", "1.1", ""]),
            "timestamp": iso(time),
        }
        rows.append(produced("agent-telemetry-errors", number, **fields))
    return rows


def answers(service: Service, path: str) -> list[Any]:
    """The first two pages of a path."""
    first = service.get(path)
    cursor = first.pop("next_cursor", None)  # it names the latest arrival of what was counted
    if not cursor:
        return [first]
    second = service.get(f"{path}{'&' if '?' in path else '?'}cursor={cursor}")
    second.pop("next_cursor")
    return [first, second]


def test_answers_are_those_of_the_view(
    empty: Service, embedded_clickhouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    luck = random.Random(1)
    rows = reports(luck)
    load(empty.tables, rows[:100])
    observe(empty, embedded_clickhouse)
    empty.tables.command(  # what came so far is settled
        "INSERT INTO observer_progress (job, key, position, since)"
        " SELECT 'failures', '', 0, now64(6)"
    )
    load(empty.tables, rows[100:])
    at = f"at={iso(FIRST + timedelta(minutes=25))}"
    paths = [path.format(limit=luck.choice([3, 50]), at=at) for path in PATHS]
    ids = [f"e{n:02}" for n in luck.sample(range(100), 12)]
    paths += [f"/api/v1/errors/{e}" for e in ids if is_known(empty, e)]
    groups = empty.get("/api/v1/errors/groups")["groups"]
    paths += [f"/api/v1/errors/groups/{group['fingerprint']}" for group in groups[:3]]
    with empty.web.application.app_context():
        now = standing(database())
    assert now.source == KNOWN and now.changed
    [(known,)] = empty.tables.query("SELECT uniq(unit) FROM known_failures").result_rows
    assert known > len(now.units)
    worked_out = {path: answers(empty, path) for path in paths}
    monkeypatch.setattr(error_group_rows, "MOST", 0)  # too many groups: the view is asked
    of_groups = next(path for path in paths if "groups" in path)
    assert answers(empty, of_groups) == worked_out[of_groups]
    monkeypatch.setattr(failures, "failures_of", lambda *_: None)  # too much: so it is always
    for path, found in worked_out.items():
        assert answers(empty, path) == found, path


def is_known(service: Service, error_id: str) -> bool:
    return service.web.get(f"/api/v1/errors/{error_id}").status_code == 200
