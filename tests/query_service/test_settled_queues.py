"""`/queues`, and one queue, reads settled tables again when they are others, and only then."""

from datetime import timedelta
from typing import Any

import pytest

from query_service.models.remembered import Remembered
from tests.query_service.client import client
from tests.query_service.fake_database import ALWAYS, FakeDatabase
from tests.query_service.test_kept_texts import task, text

SETTLED = ALWAYS["queues/tail"][0] | {"buckets": [], "looked": True}


def database(**parts: int) -> FakeDatabase:
    """One task, and nothing that came since the observer looked."""
    return FakeDatabase(
        {
            "queues/tail": [SETTLED],
            "tables/parts": [{"state": 5, "parts": 9} | parts],
            "queues/open_now": [task(1)],
            "queues/listed_of": [text(1), text(2)],
        }
    )


def reads(asked: FakeDatabase) -> int:
    return sum(name == "queues/open_now" for name, _ in asked.asked)


def test_the_same_tables_are_read_once() -> None:
    same = database()
    web = client(same)
    first, second = (web.get("/api/v1/queues").get_json() for _ in range(2))
    assert first == second
    assert reads(same) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"tables/parts": [{"state": 6, "parts": 9}]},
        {
            "queues/tail": [SETTLED | {"looked": False}],
            "queues/came": [{"hash": 7, "agent": "coder"}],
            "queues/answered_of": [{"hash": 7}],
        },
        {"queues/tail": [SETTLED | {"buckets": ALWAYS["queues/tail"][0]["buckets"]}]},
    ],
    ids=["other parts", "a task came", "a message came"],
)
def test_other_tables_are_read_again(changed: dict[str, list[dict[str, Any]]]) -> None:
    other = database()
    web = client(other)
    web.get("/api/v1/queues")
    other.answers |= changed | {"queues/open_now": [task(1), task(2)]}
    [queue] = web.get("/api/v1/queues").get_json()["queues"]
    assert [shown["message_id"] for shown in queue["pending"]] == ["m1", "m2"]


def test_rates_of_another_time_are_read_again() -> None:
    other = database()
    web = client(other)
    for window in ("15m", "15m", "30m"):
        web.get(f"/api/v1/queues?window={window}")
    assert reads(other) == 2


def test_one_queue_is_read_again_when_it_is_another_question() -> None:
    other = database()
    web = client(other)
    for question in ("coder", "coder", "writer", "coder?limit=3", "coder?limit=3"):
        web.get(f"/api/v1/queues/{question}")
    assert reads(other) == 3
    other.answers |= {"tables/parts": [{"state": 6, "parts": 9}]}
    web.get("/api/v1/queues/coder?limit=3")
    assert reads(other) == 4


def test_tables_without_parts_are_always_read() -> None:
    elsewhere = database(state=0, parts=0)
    web = client(elsewhere)
    for _ in range(2):
        web.get("/api/v1/queues")
    assert reads(elsewhere) == 2


def test_the_last_value_is_remembered() -> None:
    remembered = Remembered[timedelta]()
    assert remembered.get(1) is None
    assert remembered.put(1, timedelta(1)) == remembered.get(1) == timedelta(1)
    remembered.put(2, timedelta(2))
    assert remembered.get(1) is None
