"""Detectors that ClickHouse ends do not end the others."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from query_service import db
from query_service.db import LOGICAL_ERROR, READ_ONCE, Database
from query_service.diagnose import detect as module
from query_service.diagnose.declaration import declarations
from query_service.diagnose.detect import Window, detect
from query_service.diagnose.thresholds import thresholds
from query_service.settings import Settings
from tests.query_service.detectors.traffic import Traffic, ago, database_of
from tests.query_service.diagnose.findings import row
from tests.query_service.engine import NOW, Service

WINDOW = Window(NOW - timedelta(minutes=15), NOW)


def test_one_that_takes_too_long_is_named_and_the_others_answer(
    empty: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    traffic = Traffic()
    traffic.message("coder", 9, source_agent="planner", ttl_seconds=60)
    traffic.store(empty)
    text = db.sql
    endless = (
        "SELECT sum(cityHash64(number)) FROM numbers(1000000000000) SETTINGS max_execution_time = 1"
    )
    slow = f"{db.DETECTORS}/wait_cycle/find"
    monkeypatch.setattr(db, "sql", lambda name: endless if name == slow else text(name))
    found = detect(database_of(empty), WINDOW, thresholds())
    assert found.failed.keys() == {"wait_cycle"}
    assert "Timeout exceeded" in found.failed["wait_cycle"]
    assert "http" not in found.failed["wait_cycle"]
    assert [one.kind for one in found.findings] == ["expired_task"]


class Ended(Database):
    """A ClickHouse that ends statements with a code; `asked` are the settings of each."""

    def __init__(self, code: int) -> None:
        super().__init__(Settings())
        self.code = code
        self.asked: list[Mapping[str, Any]] = []

    def _query(self, name: str, parameters: Any, settings: Any = None) -> Any:
        self.asked.append(settings)
        raise DatabaseError("ended", code=self.code)


@pytest.mark.parametrize(("code", "times"), [(LOGICAL_ERROR, 2), (159, 1)])
def test_only_an_error_of_the_plan_is_asked_again_without_it(code: int, times: int) -> None:
    ended = Ended(code)
    answers: Sequence[Any] = ended.separately([("health/schema", {})], 1, {"max_threads": 1})
    assert [type(one) for one in answers] == [DatabaseError]
    assert ended.asked == [{"max_threads": 1, **READ_ONCE}, {"max_threads": 1}][:times]


def test_every_statement_has_its_limits() -> None:
    ended = Ended(159)
    found = detect(ended, Window(ago(15), NOW), thresholds())
    assert found.failed.keys() == declarations().keys()
    assert all(one.items() >= module.LIMITS.items() for one in ended.asked)


class Many(Database):
    """A ClickHouse that finds as much as it may of one kind, and one of another."""

    def separately(self, queries: Any, at_once: int, limits: Any) -> list[Any]:
        told = {
            f"{db.DETECTORS}/expired_task/find": module.MOST,
            f"{db.DETECTORS}/stuck_task/find": 1,
        }
        return [[row(f"agent-{n}") for n in range(told.get(name, 0))] for name, _ in queries]


def test_a_kind_with_more_than_is_told_is_named() -> None:
    found = detect(Many(Settings()), WINDOW, thresholds())
    assert (len(found.findings), found.cut) == (module.MOST + 1, ["expired_task"])


def test_who_waits_for_whom(empty: Service) -> None:
    traffic = Traffic()
    of: dict[str, Any] = {"trace_id": "1"}
    traffic.message("lead", 9, source_agent="portal", message_id="a", **of)
    step = traffic.handoff("lead", "writer", 8, **of)
    # Because of the answer of the first step; and another one, of another trace.
    cause = {"cause-message-id": f"answer {step}"}
    traffic.message("tester", 7, cause, source_agent="lead", **of)
    traffic.message("planner", 6, source_agent="portal", message_id="b")
    traffic.message("coder", 6, {"cause-message-id": "b"}, source_agent="planner")
    # Nobody waits for these: they are of another trace, or sent by somebody else.
    traffic.message("reviewer", 5, source_agent="lead", trace_id="2")
    traffic.message("critic", 5, source_agent="portal", **of)
    traffic.store(empty, times=2)
    found = detect(database_of(empty), WINDOW, thresholds())
    assert found.waits == {"lead": ["tester"], "planner": ["coder"]}
