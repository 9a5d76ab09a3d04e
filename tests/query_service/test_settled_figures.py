"""`/metrics/spans` reads settled figures again when they are others, and only then."""

from typing import Any

import pytest

from tests.query_service.client import client
from tests.query_service.fake_database import ALWAYS, FakeDatabase

SETTLED = ALWAYS["traces/position"][0] | {"buckets": []}
PARTS = {"state": 5, "parts": 9}


def database(**parts: int) -> FakeDatabase:
    """Three spans, and nothing that came since the observer looked."""
    answers = {"traces/position": [SETTLED], "tables/parts": [PARTS | parts]}
    answers["metrics/recorded"] = [{"records": 0}]
    return FakeDatabase({**answers, "metrics/count": [{"spans": 3}]})


def reads(asked: FakeDatabase) -> int:
    return sum(name == "metrics/count" for name, _ in asked.asked)


def test_the_same_figures_are_read_once() -> None:
    same = database()
    web = client(same)
    first, second = (web.get("/api/v1/metrics/spans").get_json() for _ in range(2))
    assert first == second
    assert first["total"] == 3
    assert reads(same) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"tables/parts": [PARTS | {"state": 6}]},
        {"traces/position": [ALWAYS["traces/position"][0]], "metrics/count_anew": [{"spans": 0}]},
    ],
    ids=["other parts", "a span came"],
)
def test_other_figures_are_read_again(changed: dict[str, list[dict[str, Any]]]) -> None:
    other = database()
    web = client(other)
    web.get("/api/v1/metrics/spans")
    other.answers |= changed | {"metrics/count": [{"spans": 4}]}
    assert web.get("/api/v1/metrics/spans").get_json()["total"] == 4


def test_figures_of_another_question_are_read_again() -> None:
    other = database()
    web = client(other)
    for query in ("", "", "?agent_name=coder", "?summary_sort=errors"):
        web.get(f"/api/v1/metrics/spans{query}")
    assert reads(other) == 3


def test_tables_without_parts_are_always_read() -> None:
    elsewhere = database(state=0, parts=0)
    web = client(elsewhere)
    for _ in range(2):
        web.get("/api/v1/metrics/spans")
    assert reads(elsewhere) == 2
