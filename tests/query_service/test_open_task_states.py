"""What `/queues/{agent}/pending` tells of open tasks is what the slow view `task_states` tells."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from query_service.db import Database
from query_service.models.queue import STATES
from query_service.observer import open_tasks
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.rollups import RollupsJob
from query_service.routes.open_tasks import MOST
from tests.clickhouse.migrations.records import Row, kafka, message, otlp_span, record, sign
from tests.query_service.engine import NOW, Service, clear
from tests.query_service.test_queues_exact import database
from tests.waiting import wait_until

AGENTS = ("writer", "coder")
START = datetime(2026, 11, 22, 10, 0)
PAST = (datetime(2026, 11, 22, 11, 20), datetime(2026, 11, 22, 12, 15))
WHOLE, BY_TOPIC, PIPELINE = "whole-consumer", "topic-consumer", "agent-telemetry-ingester-json"
Fact = tuple[str, Row]


def topic(agent: str) -> str:
    return f"agent-queue-{agent}"


def task(name: str, agent: str, offset: int, at: str, ttl: int | None) -> Fact:
    body = message(message_id=name, target_agent=agent, timestamp=at, ttl_seconds=ttl)
    return "landing_records", record(topic(agent), offset, body)


def answer(name: str, kind: str, offset: int, at: str) -> Fact:
    body = message(
        message_id=f"r-{name}-{offset}", message_type=kind, parent_message_id=name, timestamp=at
    )
    return "landing_records", record(topic("orchestrator"), offset, body)


def event(name: str, kind: str, at: str) -> Fact:
    return "landing_logs", sign(1, kind, name, at)


def process(name: str, agent: str, at: str) -> Fact:
    attributes = {"messaging.message.id": name, "gen_ai.agent.name": agent}
    span = {"SpanId": f"{name}-{agent}", "SpanKind": "Consumer", "SpanAttributes": attributes}
    return "landing_traces", otlp_span(1, Timestamp=at, **span)


def commit(agent: str, group: str, offset: int, at: str) -> Fact:
    told = {"group": group, "topic": topic(agent), "partition": "0"}
    return "landing_metrics_gauge", kafka("consumer_group.offset", offset, at, **told)


def members(agent: str, group: str, count: int, at: str) -> Fact:
    # Of one group it is seen who reads which topic, of the other one only how many are in it.
    told = {"group": group} | ({"topic": topic(agent)} if group == BY_TOPIC else {})
    return "landing_metrics_gauge", kafka("consumer_group.members", count, at, **told)


def watched(agent: str, at: str) -> Fact:
    told = {"topic": topic(agent), "partition": "0"}
    return "landing_metrics_gauge", kafka("partition.current_offset", 30, at, **told)


names = st.sampled_from("abcdefghijklmnopqrst")
agents = st.sampled_from(AGENTS)
groups = st.sampled_from([WHOLE, BY_TOPIC, PIPELINE])
offsets = st.integers(0, 30)
times = st.integers(0, 150 * 60 - 1).map(lambda s: (START + timedelta(seconds=s)).isoformat(" "))
ttls = st.sampled_from([None, None, None, None, 60, 3600])
facts = st.one_of(
    st.builds(task, names, agents, offsets, times, ttls),
    st.builds(answer, names, st.sampled_from(["result", "error", "cancel", "heartbeat"]),
              offsets, times),
    st.builds(event, names, st.sampled_from(["claimed", "started", "heartbeat"]), times),
    st.builds(process, names, agents, times),
    st.builds(commit, agents, groups, offsets, times),
    st.builds(members, agents, groups, st.integers(0, 2), times),
    st.builds(watched, agents, times),
)  # fmt: skip
steps = st.lists(
    st.tuples(st.lists(facts, min_size=30, max_size=60), st.booleans()), min_size=1, max_size=2
)
bound_tasks = st.sampled_from([MOST, MOST, 0])


def insert(service: Service, batch: list[Fact]) -> None:
    for table in dict.fromkeys(table for table, _ in batch):
        rows = "\n".join(json.dumps(row) for name, row in batch if name == table)
        service.tables.raw_insert(table, insert_block=rows, fmt="JSONEachRow")


def slow(service: Service, at: datetime) -> dict[str, list[tuple[str, str, int]]]:
    """By agent the tasks without an answer, their states, and for how long they wait."""
    found = service.tables.query(
        "SELECT agent, message_id, state, dateDiff('second', event_time, {at:DateTime64(9)})"
        " FROM task_states(at = {at:DateTime64(9)}, now = {at:DateTime64(9)}, open_only = false)"
        " WHERE pending ORDER BY event_time, message_id",
        parameters={"at": at},
    ).result_rows
    return {agent: [(i, s, t) for a, i, s, t in found if a == agent] for agent in AGENTS}


def fast(service: Service, agent: str, at: datetime | None) -> list[tuple[str, str, int]]:
    when = f"&at={at.isoformat()}" if at else ""
    tasks = service.get(f"/api/v1/queues/{agent}/pending?limit=1000{when}")["tasks"]
    return [(task["message_id"], task["state"], task["waiting_seconds"]) for task in tasks]


def looked(service: Service) -> bool:
    """Look at open tasks, and count; whether nothing is too new to be sure of it."""
    RollupsJob(database(service)).run()
    OpenTasksJob(database(service)).run()
    [tail] = database(service).rows("queues/tail")
    return bool(tail["looked"]) and not tail["buckets"]


def of_all(service: Service, at: datetime | None) -> dict[str, tuple[Counter[str], list[Row]]]:
    """By agent what `/queues` tells: how many tasks are in each state, and the oldest."""
    when = f"?at={at.isoformat()}" if at else ""
    found = {q["agent_name"]: q for q in service.get(f"/api/v1/queues{when}")["queues"]}
    return {
        agent: (
            Counter({state: found[agent][state] for state in STATES}),
            found[agent]["pending"],
        )
        for agent in AGENTS
        if agent in found
    }


def of_one(service: Service, agent: str, at: datetime | None) -> list[Row]:
    """What `/queues/{agent}` tells of its oldest tasks."""
    found: list[Row] = service.get(
        f"/api/v1/queues/{agent}?limit=50" + (f"&at={at.isoformat()}" if at else "")
    )["pending"]
    return found


def check(service: Service) -> None:
    for at in (None, *PAST):
        wanted = slow(service, at or NOW.replace(tzinfo=None))
        assert {agent: fast(service, agent, at) for agent in AGENTS} == wanted, at
        for agent, (states, oldest) in of_all(service, at).items():
            assert +states == Counter(state for _, state, _ in wanted[agent]), (agent, at)
            assert oldest == of_one(service, agent, at), (agent, at)
        by_state = {a: Counter(s for _, s, _ in tasks) for a, tasks in wanted.items() if tasks}
        assert of_graph(service, at) == by_state, at
        pending = {agent: states.total() for agent, states in by_state.items()}
        assert of_agents(service, at) == pending, at


def of_graph(service: Service, at: datetime | None) -> dict[str, Counter[str]]:
    """By agent how many of the tasks that it got are in which state, as the graph has it."""
    when = f"&at={at.isoformat()}" if at else ""
    edges = service.get(f"/api/v1/graph?limit=5000&since={START.isoformat()}{when}")["edges"]
    told: dict[str, Counter[str]] = {}
    for edge in edges:
        states = {state: edge[state] for state in STATES if edge[state]}
        told.setdefault(edge["target"], Counter()).update(states)
    return {agent: states for agent, states in told.items() if states}


def of_agents(service: Service, at: datetime | None) -> dict[str, int]:
    """By agent how many tasks it has not answered, as the list of agents has it."""
    when = f"?at={at.isoformat()}" if at else ""
    agents = service.get(f"/api/v1/agents{when}")["agents"]
    return {a["agent_name"]: a["pending_tasks"] for a in agents if a["pending_tasks"]}


# No shrinking: each try takes seconds.
@settings(
    max_examples=3,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=steps, most=bound_tasks)
def test_open_tasks_have_the_states_of_task_states(
    empty: Service, monkeypatch: pytest.MonkeyPatch, drawn: list[tuple[list[Fact], bool]], most: int
) -> None:
    # With more tasks that have to be looked up the views are asked.
    monkeypatch.setattr("query_service.routes.open_tasks.MOST", most)
    clear(empty.tables)
    for batch, looks in drawn:
        insert(empty, batch)
        check(empty)
        if looks:
            RollupsJob(database(empty)).run()
            OpenTasksJob(database(empty)).run()
            check(empty)
            wait_until(lambda: looked(empty))
            check(empty)


def test_what_came_before_its_task_is_known_at_once(
    empty: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_tasks, "FEW_ROWS", 1)
    clear(empty.tables)
    insert(empty, [task("a", "writer", 1, "2026-11-22 10:00:00", None)])
    insert(empty, [event("b", "claimed", "2026-11-22 10:01:00")])
    insert(empty, [answer("c", "result", 1, "2026-11-22 10:02:00")])
    nothing = "SELECT (SELECT count() FROM open_tasks) = 1 AND (SELECT count() FROM open_signs) = 0"
    wait_until(lambda: looked(empty) and empty.tables.query(nothing).result_rows[0][0])
    for name in "bc":
        insert(empty, [task(name, "writer", 2, "2026-11-22 10:00:00", None)])
    assert [(i, s) for i, s, _ in fast(empty, "writer", None)] == [
        ("a", "unknown"),
        ("b", "in_progress"),
    ]
    for most in (MOST, 0):
        monkeypatch.setattr("query_service.routes.open_tasks.MOST", most)
        check(empty)


def test_an_answered_task_waits_for_nothing(
    empty: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_tasks, "FEW_ROWS", 1)
    clear(empty.tables)
    insert(empty, [task("done", "writer", 1, "2026-11-22 10:00:00", None)])
    insert(empty, [answer("done", "result", 1, "2026-11-22 11:30:00")])
    nothing = "SELECT (SELECT count() FROM open_tasks) = 0"
    wait_until(lambda: looked(empty) and empty.tables.query(nothing).result_rows[0][0])
    # Its mark is gone: it seems to be open until the observer looks again.
    insert(empty, [task("done", "writer", 1, "2026-11-22 10:00:00", None)])
    waiting = message(message_id="next", timestamp="2026-11-22 10:05:00", target_agent="coder")
    headers = {"cause-message-id": "done"}
    insert(empty, [("landing_records", record(topic("coder"), 1, waiting, headers=headers))])
    for at, above in ((None, []), (PAST[0], ["done"]), (PAST[1], [])):
        when = f"?at={at.isoformat()}" if at else ""
        [told] = empty.get(f"/api/v1/queues/coder/pending{when}")["tasks"]
        assert [held["message_id"] for held in told["blocks"]] == above


def test_an_earlier_answer_that_comes_late_is_the_answer(empty: Service) -> None:
    clear(empty.tables)
    insert(empty, [task("a", "writer", 1, "2026-11-22 10:30:00", None)])
    insert(empty, [answer("a", "result", 1, "2026-11-22 12:00:00")])
    wait_until(lambda: looked(empty))
    assert [name for name, *_ in fast(empty, "writer", PAST[0])] == ["a"]
    insert(empty, [answer("a", "result", 2, "2026-11-22 11:00:00")])
    assert fast(empty, "writer", PAST[0]) == []
    assert of_graph(empty, PAST[0]) == of_agents(empty, PAST[0]) == {}


def test_what_is_looked_up_is_bounded(empty: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    clear(empty.tables)
    RollupsJob(database(empty)).run()
    OpenTasksJob(database(empty)).run()
    times = "2026-11-22 10:00:00", None
    ids = [f"{n:0>36}" for n in range(40)]
    insert(empty, [task(name, "writer", n, *times) for n, name in enumerate(ids)])
    asked: dict[str, int] = {}
    rows = Database.rows

    def spy(self: Database, name: str, parameters: Any = None) -> list[dict[str, Any]]:
        found = rows(self, name, parameters)
        asked[name] = len(found)
        return found

    monkeypatch.setattr(Database, "rows", spy)
    monkeypatch.setattr("query_service.db._LARGEST", 1_000)
    assert len(fast(empty, "writer", PAST[0])) == 40
    assert "queues/tasks_of" not in asked
    monkeypatch.setattr("query_service.routes.open_tasks.MOST", 10)
    for at in (None, PAST[0]):
        assert len(fast(empty, "writer", at)) == 40
    assert (asked["queues/came"], asked["queues/touched"]) == (11, 11)


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize(
    ("tell", "asked"),
    [
        (lambda service: fast(service, "writer", PAST[0]), "queues/pending_at_settled"),
        (lambda service: of_all(service, PAST[0]), "queues/pending_at_settled"),
        (lambda service: of_graph(service, PAST[0]), "graph/open_settled"),
        (lambda service: of_agents(service, PAST[0]), "agents/pending_settled"),
    ],
)
def test_a_task_answered_meanwhile_was_open_at_a_past_time(
    empty: Service,
    monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[Service], Any],
    asked: str,
    looks: bool,
) -> None:
    clear(empty.tables)
    RollupsJob(database(empty)).run()
    OpenTasksJob(database(empty)).run()
    insert(empty, [task("a", "writer", 1, "2026-11-22 10:30:00", None)])
    if looks:
        wait_until(lambda: looked(empty))
    before = tell(empty)
    answers = [answer("a", "result", 1, "2026-11-22 12:00:00")]
    rows = Database.rows

    def spy(self: Database, name: str, parameters: Any = None) -> list[dict[str, Any]]:
        if name == asked and answers:
            insert(empty, [answers.pop()])
        return rows(self, name, parameters)

    monkeypatch.setattr(Database, "rows", spy)
    assert tell(empty) == before
    assert not answers
    assert tell(empty) == before
