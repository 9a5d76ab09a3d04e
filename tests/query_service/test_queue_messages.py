"""Pages of the messages of a queue, whatever comes again and at the same time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from query_service.routes import queue_messages
from tests.query_service.engine import Service, clear, load, produced

START = datetime(2026, 11, 22, 11, 0)


def sent(offset: int, name: str, seconds: int) -> dict[str, Any]:
    return produced(
        "agent-queue-writer",
        offset,
        message_id=name,
        source_agent="Planner",
        target_agent="writer",
        message_type="task",
        priority="low",
        payload={},
        timestamp=(START + timedelta(seconds=seconds)).isoformat(),
    )


def pages(service: Service, sort: str) -> list[list[tuple[str, int]]]:
    """The messages of each page, and how often each was delivered."""
    found, cursor = [], ""
    while True:
        url = f"/api/v1/queues/writer?limit=2&sort={sort}{cursor}"
        answer = service.get(url)
        found.append([(m["message_id"], m.get("deliveries", 1)) for m in answer["messages"]])
        if not answer["next_cursor"]:
            return found
        cursor = f"&cursor={answer['next_cursor']}"


@pytest.mark.parametrize("sort", ["time", "-time"])
@pytest.mark.parametrize("again", [1, 5, 90])
def test_repeats_hide_no_message(empty: Service, sort: str, again: int) -> None:
    clear(empty.tables)
    names = ["a", "b", "c", "d", "e"]
    first = [sent(n, name, 600 * n) for n, name in enumerate(names)]
    repeats = [sent(100 + n, "c", 1_300 + 20 * n) for n in range(again)]
    load(empty.tables, [*first, *repeats])
    wanted = [(name, 1 + again * (name == "c")) for name in names]
    if sort == "time":
        wanted.reverse()
    assert pages(empty, sort) == [wanted[:2], wanted[2:4], wanted[4:]]


@pytest.mark.parametrize("sort", ["time", "-time"])
@pytest.mark.parametrize(("others", "at_once"), [(0, 1_000), (4, 1_000), (0, 3), (4, 3)])
def test_messages_of_one_time_are_shown_once_each(
    empty: Service, monkeypatch: pytest.MonkeyPatch, sort: str, others: int, at_once: int
) -> None:
    monkeypatch.setattr(queue_messages, "MOST_OF_ONE_TIME", at_once)
    clear(empty.tables)
    same = [f"m{n}" for n in reversed(range(7))]
    names = {f"{side}{n}": side * (900 + n) for side in (-1, 1) for n in range(others)}
    names |= dict.fromkeys(same, 0)
    load(empty.tables, [sent(n, name, names[name]) for n, name in enumerate(names)])
    found = pages(empty, sort)
    assert {len(page) for page in found[:-1]} == {2}
    told = [message for page in found for message, _ in page]
    assert sorted(told) == sorted(names)
    assert sorted(told[others:][:7]) == sorted(same)
