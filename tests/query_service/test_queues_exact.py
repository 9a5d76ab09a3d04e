"""Counts are exact at once: before, between and after the observer's runs, whatever comes twice."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from query_service.db import Database
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.rollups import RollupsJob
from query_service.routes import tail
from tests.query_service.engine import NOW, Service, clear, load, produced
from tests.waiting import wait_until

AGENTS = ("coder", "writer")
START = datetime(2026, 11, 22, 10, 50)
RATES_SINCE = datetime(2026, 11, 22, 12, 15)
FUTURE = datetime(2100, 1, 1)
PAST = (datetime(2026, 11, 22, 11, 20), datetime(2026, 11, 22, 12, 18, 30))


class Sent(NamedTuple):
    """One record; its number is its offset and tells it apart from others."""

    number: int
    message_id: str
    parent: str
    agent: str
    priority: str
    at: datetime

    @property
    def kind(self) -> str:
        return "result" if self.parent else "task"

    def record(self) -> dict[str, Any]:
        return produced(
            f"agent-queue-{self.agent}",
            self.number,
            message_id=self.message_id,
            source_agent="Planner",
            target_agent=self.agent,
            message_type=self.kind,
            priority=self.priority,
            payload={"n": self.number},
            parent_message_id=self.parent or None,
            timestamp=self.at.isoformat(),
        )


def first_of(records: Iterable[Sent]) -> dict[str, Sent]:
    """The first record of each message: its earliest, then that of the lowest offset."""
    found: dict[str, Sent] = {}
    for sent in sorted(set(records), key=lambda r: (r.at, r.number)):
        found.setdefault(sent.message_id, sent)
    return found


def expected(records: Iterable[Sent], at: datetime) -> dict[str, dict[str, Any]]:
    """What `/queues` has to tell of each queue, counted plainly."""
    known = {r for r in records if r.at <= at}
    first = first_of(known).values()
    answers = {
        parent: min(r.at for r in known if r.parent == parent)
        for parent in {r.parent for r in known if r.parent}
    }
    rates_since = max(RATES_SINCE, START) if at > PAST[-1] else None
    told = {}
    for agent in {r.agent for r in known}:
        own = [r for r in first if r.agent == agent]
        tasks = [r for r in own if r.kind == "task"]
        told[agent] = {
            "total_messages": len(own),
            "deliveries": len([r for r in known if r.agent == agent]),
            "messages_by_type": dict(Counter(r.kind for r in own)),
            "messages_by_priority": dict(Counter(r.priority for r in own)),
            "pending_tasks": len([r for r in tasks if r.message_id not in answers]),
            "last_activity": max(r.at for r in known if r.agent == agent).isoformat(),
        }
        if rates_since:
            done = [answers[r.message_id] for r in tasks if r.message_id in answers]
            told[agent] |= {
                "arrival_rate_per_minute": round(
                    len([r for r in tasks if r.at >= rates_since]) * 60 / 900, 3
                ),
                "completion_rate_per_minute": round(
                    len([t for t in done if t >= rates_since]) * 60 / 900, 3
                ),
            }
    return told


def told(service: Service, at: datetime | None) -> dict[str, dict[str, Any]]:
    """What `/queues` tells of each queue that got anything."""
    answer = service.get("/api/v1/queues" + (f"?at={at.isoformat()}" if at else ""))
    return {q["agent_name"]: q for q in answer["queues"] if q["deliveries"]}


def check(service: Service, records: Iterable[Sent]) -> None:
    for at in (None, *PAST):
        found = told(service, at)
        wanted = expected(records, at or NOW.replace(tzinfo=None))
        assert found.keys() == wanted.keys()
        for agent, fields in wanted.items():
            assert {name: found[agent][name] for name in fields} == fields, (agent, at)


def database(service: Service) -> Database:
    """The database that the service asks."""
    found: Database = service.web.application.extensions["agent_telemetry"].database
    return found


def settle(service: Service) -> None:
    """Run the observer until nothing that came is left to it."""

    def is_settled() -> bool:
        RollupsJob(database(service)).run()
        return not database(service).rows("queues/tail")[0]["buckets"]

    wait_until(is_settled)


def age(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing count as fresh: what came lately is found by `queues/tail_repeats` alone."""
    rows = Database.rows

    def old(self: Database, name: str, parameters: Any = None) -> list[dict[str, Any]]:
        found = rows(self, name, parameters)
        return [row | {"fresh_since": FUTURE} for row in found] if name == "queues/tail" else found

    monkeypatch.setattr(Database, "rows", old)


TASKS = "abcd"
times = st.integers(0, 99 * 60).map(lambda seconds: START + timedelta(seconds=seconds))
records = st.builds(
    lambda number, task, answers, agent, priority, at: Sent(
        number, f"r-{task}-{number % 2}" if answers else task, task if answers else "", agent,
        priority, at),
    number=st.integers(0, 30), task=st.sampled_from(TASKS), answers=st.booleans(),
    agent=st.sampled_from(AGENTS), priority=st.sampled_from(["low", "high"]), at=times,
)  # fmt: skip
steps = st.lists(
    st.tuples(st.lists(records, min_size=1, max_size=6), st.booleans(), st.booleans()),
    min_size=1,
    max_size=4,
)


# No shrinking: each try takes seconds.
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=steps, is_aged=st.booleans())
def test_counts_are_those_of_the_records(
    empty: Service, drawn: list[tuple[list[Sent], bool, bool]], is_aged: bool
) -> None:
    clear(empty.tables)
    same: dict[int, Sent] = {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        if is_aged:
            age(monkeypatch)
        for batch, counts, cleans in drawn:
            for sent in batch:
                same.setdefault(sent.number, sent)
            load(empty.tables, [same[sent.number].record() for sent in batch])
            if counts:
                RollupsJob(database(empty)).run()
            if cleans:
                OpenTasksJob(database(empty)).run()
            check(empty, same.values())
        RollupsJob(database(empty)).run()
        RollupsJob(database(empty)).run()
        check(empty, same.values())


@pytest.mark.parametrize(("runs", "most"), [("before", 1), ("before", 0), ("after", 1)])
def test_an_earlier_record_that_comes_late_takes_the_message(
    empty: Service, runs: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST_REPEATS", most)
    age(monkeypatch)
    later = Sent(1, "a", "", "writer", "low", START + timedelta(minutes=50))
    answer = Sent(2, "r", "a", "coder", "low", START + timedelta(minutes=95))
    earlier = Sent(3, "a", "", "coder", "high", START)
    load(empty.tables, [later.record(), answer.record()])
    settle(empty)
    load(empty.tables, [earlier.record()])
    if runs == "after":
        RollupsJob(database(empty)).run()
    check(empty, [later, answer, earlier])


@pytest.mark.parametrize("at", ["", "?at=2026-11-22T12:18:30"])
def test_a_record_that_comes_again_meanwhile_is_no_further_message(
    empty: Service, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    clear(empty.tables)
    RollupsJob(database(empty)).run()
    sent = [Sent(n, "a", "", "writer", "low", START) for n in (1, 2)]
    load(empty.tables, [sent.pop().record()])
    rows = Database.rows

    def spy(self: Database, name: str, parameters: Any = None) -> list[dict[str, Any]]:
        if name == "queues/tail_counts" and sent:
            load(empty.tables, [sent.pop().record()])
        return rows(self, name, parameters)

    monkeypatch.setattr(Database, "rows", spy)
    for deliveries in (2, 2):
        answer = empty.get(f"/api/v1/queues{at}")
        [told] = [queue for queue in answer["queues"] if queue["deliveries"]]
        assert (answer["total_messages"], told["deliveries"]) == (1, deliveries)
