"""Pending tasks are shown with their texts, read once, however many, or gone meanwhile."""

from typing import Any

import pytest

from query_service.routes import kept
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase

SENT = 1_795_348_000_000_000_000


def task(number: int, agent: str = "coder") -> dict[str, Any]:
    """A row of queues/open_now."""
    return {
        "sent_ns": SENT + number,
        "message_id": f"m{number}",
        "value_hash": number,
        "partition": 0,
        "offset": number,
        "is_begun": 0,
        "expires_ns": 2**63 - 1,
        "agent": agent,
        "priority": "high",
    }


def text(number: int) -> dict[str, Any]:
    """A row of queues/listed_of."""
    return {
        "message_id": f"m{number}",
        "value_hash": number,
        "text": f'"message_id": "m{number}"}}',
    }


def ids(database: FakeDatabase) -> list[str]:
    """The tasks that `/queues` shows."""
    answer = client(database).get("/api/v1/queues").get_json()
    [queue] = answer["queues"]
    assert queue["pending_tasks"] == len(queue["pending"]) + queue["pending_omitted"]
    return [shown["message_id"] for shown in queue["pending"]]


def test_read_once() -> None:
    open_now = [task(number) for number in range(3)]
    database = FakeDatabase(
        {"queues/open_now": open_now, "queues/listed_of": [text(number) for number in range(3)]}
    )
    web = client(database)
    first = web.get("/api/v1/queues").get_json()
    database.answers["queues/open_now"] = [*open_now, task(3)]
    database.answers["queues/listed_of"] = [text(3)]
    second = web.get("/api/v1/queues").get_json()
    asked = [bound["ids"] for name, bound in database.asked if name == "queues/listed_of"]
    assert asked == [["m0", "m1", "m2"], ["m3"]]
    before, after = (answer["queues"][0]["pending"] for answer in (first, second))
    assert after[:3] == before
    assert [shown["message_id"] for shown in after] == ["m0", "m1", "m2", "m3"]


def test_gone_meanwhile() -> None:
    answers = {"queues/open_now": [task(1), task(2)], "queues/listed_of": [text(2)]}
    assert ids(FakeDatabase(answers)) == ["m2"]


def test_another_record_of_the_task() -> None:
    other = text(1) | {"value_hash": 7, "text": '"message_id": "other"}'}
    answers = {"queues/open_now": [task(1)], "queues/listed_of": [other, text(1)]}
    assert ids(FakeDatabase(answers)) == ["m1"]


def test_too_many_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_IDS", 1)
    answers = {"queues/open_now": [task(1), task(2)], "queues/listed_first": [text(1), text(2)]}
    assert ids(FakeDatabase(answers)) == ["m1", "m2"]
