"""Handoffs, their stories, the graph and what pending tasks block: told from messages."""

from datetime import timedelta
from typing import Any

import pytest

from query_service.observer import horizon
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.rollups import RollupsJob
from query_service.observer.traces import TracesJob
from tests.query_service.engine import Service, load, produced
from tests.query_service.test_queues_exact import database

DAY = "2026-11-22T"
TASKS = 24


def sent(number: int, message_id: str, source: str, target: str, at: str, **more: Any) -> Any:
    """A task, or with `parent` its answer."""
    cause = more.pop("cause", "")
    record = produced(
        f"agent-queue-{target}",
        number,
        message_id=message_id,
        source_agent=source.capitalize(),
        target_agent=target.capitalize(),
        message_type=more.pop("kind", "task"),
        priority=more.pop("priority", "normal"),
        payload={},
        parent_message_id=more.pop("parent", None),
        trace_id=more.pop("trace", f"t-{message_id}"),
        timestamp=DAY + at,
        **more,
    )
    record["headers"] = [("cause-message-id", cause)] if cause else []
    return record


@pytest.fixture
def settling(monkeypatch: pytest.MonkeyPatch) -> None:
    """The observer has looked at all that came: nothing is asked for anew."""
    monkeypatch.setattr(horizon, "MARGIN", timedelta())


def traffic() -> list[Any]:
    """Tasks to writer at 12:00, two at each second; every third failed, every fourth is open."""
    records = []
    for n in range(TASKS):
        time = f"12:00:{n // 2:02}"
        priority = "high" if n % 2 else "normal"
        records.append(sent(n, f"m{n:02}", "planner", "writer", time, priority=priority))
        if n % 4:
            kind = "result" if n % 3 else "error"
            records.append(
                sent(100 + n, f"r{n:02}", "writer", "planner", f"12:01:{n:02}", kind=kind,
                     parent=f"m{n:02}")
            )  # fmt: skip
    return records


def walk(service: Service, query: str) -> list[dict[str, Any]]:
    """All handoffs by pages of 5, with late ones coming in between."""
    found: list[dict[str, Any]] = []
    cursor = ""
    for page in range(20):
        answer = service.get(f"/api/v1/handoffs?limit=5{query}{cursor}")
        assert len(answer["handoffs"]) <= 5
        found += answer["handoffs"]
        late = sent(500 + page, f"late{page}", "planner", "coder", f"12:00:{page:02}.5")
        load(service.tables, [late])
        if answer["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer['next_cursor']}"
    raise AssertionError("no end")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("&target=Writer", lambda n: True),
        ("&target=writer&priority=high", lambda n: n % 2),
        ("&target=writer&outcome=failed", lambda n: n % 4 and n % 3 == 0),
        ("&target=writer&outcome=unknown", lambda n: n % 4 == 0),
        (f"&target=writer&since={DAY}12:00:04&until={DAY}12:00:06", lambda n: 8 <= n < 12),
        ("&target=writer&agent_name=planner&source=Planner&trace_id=t-m07", lambda n: n == 7),
    ],
)  # fmt: skip
def test_pages_show_each_handoff_once(empty: Service, query: str, wanted: Any) -> None:
    load(empty.tables, traffic())
    load(empty.tables, traffic()[:10])
    found = walk(empty, query)
    expected = [f"m{n:02}" for n in reversed(range(TASKS)) if wanted(n)]
    assert [handoff["message_id"] for handoff in found] == expected


@pytest.mark.parametrize(
    ("sort", "first", "last"), [("sent", "12:30:00", "11:30:00"), ("-sent", "11:30:00", "12:30:00")]
)
def test_what_was_delivered_many_times_hides_nothing_behind_it(
    empty: Service, sort: str, first: str, last: str
) -> None:
    again = [sent(1_000 + n, "edge", "planner", "writer", first) for n in range(150)]
    told = produced(
        "agent-telemetry-handoffs", 1, handoff_id="told", source_agent_name="Planner",
        target_agent_name="Writer", timestamp=DAY + last,
    )  # fmt: skip
    load(empty.tables, [*traffic(), *again, told])
    tasks = [f"m{n:02}" for n in range(TASKS)]
    order = ["edge", *(tasks if sort == "-sent" else reversed(tasks)), "told"]
    shown = empty.get(f"/api/v1/handoffs?limit=100&sort={sort}")["handoffs"]
    assert [handoff["message_id"] for handoff in shown] == order
    page = empty.get(f"/api/v1/handoffs?limit=5&sort={sort}")["handoffs"]
    assert [handoff["message_id"] for handoff in page] == order[:5]


@pytest.mark.parametrize("sort", ["sent", "-sent"])
def test_of_two_texts_with_one_id_and_time_the_first_in_the_queue_counts(
    empty: Service, sort: str
) -> None:
    texts = [sent(n, "m", "planner", "writer", "12:00:00", reason=f"{n}") for n in (7, 5, 9)]
    load(empty.tables, texts)
    [told] = empty.get(f"/api/v1/handoffs?sort={sort}")["handoffs"]
    assert told["reason"] == "5"


def test_what_became_of_a_handoff(empty: Service) -> None:
    load(empty.tables, traffic())
    later = sent(900, "again", "writer", "planner", "12:03:00", kind="error", parent="m07")
    load(empty.tables, [later])
    for at in ("", "&at=2026-11-22T12:30:00"):
        [told] = empty.get(f"/api/v1/handoffs?trace_id=t-m07{at}")["handoffs"]
        assert {name: told[name] for name in told if name != "context"} == {
            "message_id": "m07",
            "priority": "high",
            "outcome": "completed",
            "sent_at": DAY + "12:00:03",
            "received_at": None,
            "consumed": True,
            "answered_at": DAY + "12:01:07",
            "answered_by": "writer",
            "answer_message_id": "r07",
            "answers": 2,
            "answered_late": False,
            "pickup_seconds": None,
            "duration_seconds": 64.0,
            "handoff_id": "m07",
            "trace_id": "t-m07",
            "source_agent_id": "planner",
            "source_agent_name": "Planner",
            "target_agent_id": "writer",
            "target_agent_name": "Writer",
            "reason": "",
            "timestamp": DAY + "12:00:03",
        }
    [past] = empty.get("/api/v1/handoffs?trace_id=t-m07&at=2026-11-22T12:01:00")["handoffs"]
    assert (past["outcome"], past["answers"]) == ("unknown", 0)
    assert empty.get("/api/v1/handoffs?trace_id=t-m07&at=2026-11-22T12:00:02")["handoffs"] == []


def test_a_story_is_told_in_order(empty: Service) -> None:
    load(empty.tables, traffic())
    load(empty.tables, [sent(901, "m07", "planner", "writer", "12:00:09", trace="t-m07")])
    later = sent(902, "again", "writer", "planner", "12:03:00", kind="cancel", parent="m07")
    load(empty.tables, [later])
    span = produced(
        "agent-telemetry-spans", 1, span_id="s1", trace_id="t-m07", agent_name="Writer",
        span_kind="task", status="completed", start_time=DAY + "12:00:10",
        end_time=DAY + "12:00:12", attributes={"messaging.message.id": "m07"},
    )  # fmt: skip
    error = produced(
        "agent-telemetry-errors", 1, error_id="e1", trace_id="t-m07", span_id="s1",
        error_type="ValueError", error_message="odd", agent_name="Writer",
        timestamp=DAY + "12:00:11",
    )  # fmt: skip
    load(empty.tables, [span, error])
    told = empty.get("/api/v1/handoffs/m07")
    assert [entry["type"] for entry in told["story"]] == [
        "message", "delivery", "span", "error", "answer", "later_answer",
    ]  # fmt: skip
    assert told["story"][0]["data"]["message"]["message_id"] == "m07"
    assert [e["agent"] for e in told["story"]] == [
        "planner", "planner", "Writer", "Writer", "writer", "writer",
    ]  # fmt: skip
    answers = [entry["data"]["message"] for entry in told["story"][-2:]]
    assert [(a["message_id"], a["parent_message_id"]) for a in answers] == [
        ("r07", "m07"), ("again", "m07"),
    ]  # fmt: skip
    assert (told["course"]["outcome"], told["course"]["answers"]) == ("completed", 2)
    past = empty.get("/api/v1/handoffs/m07?at=2026-11-22T12:00:05")
    assert [entry["type"] for entry in past["story"]] == ["message"]
    assert empty.get("/api/v1/handoffs/nobody", 404)["detail"] == "Handoff nobody not found"


def test_a_task_that_only_its_answer_names_has_a_story(empty: Service) -> None:
    load(empty.tables, [sent(1, "r1", "writer", "planner", "12:00:03", kind="result", parent="m1")])
    [found] = empty.get("/api/v1/search?q=r1&kinds=message")["items"]
    told = empty.get(found["link"])
    assert (told["message_id"], told["handoff"], told["course"]) == ("m1", None, None)
    [answer] = told["story"]
    assert answer["data"]["message"]["message_id"] == "r1"


def test_an_answer_from_before_its_task_is_clock_skew(empty: Service) -> None:
    load(empty.tables, [sent(1, "m1", "planner", "writer", "12:00:09", trace="t1")])
    load(empty.tables, [sent(2, "r1", "writer", "planner", "12:00:03", kind="result", parent="m1")])
    [listed] = empty.get("/api/v1/handoffs?trace_id=t1")["handoffs"]
    for course in (listed, empty.get("/api/v1/handoffs/m1")["course"]):
        assert (course["outcome"], course["duration_seconds"]) == ("completed", None)
        assert course["clock_skew"] is True


@pytest.mark.usefixtures("settling")
def test_the_graph_is_the_same_before_and_after_the_observer(empty: Service) -> None:
    load(empty.tables, traffic())
    load(empty.tables, traffic())
    for at in ("", "&at=2026-11-22T12:30:00"):
        before = empty.get(f"/api/v1/graph?since=1h{at}")
        RollupsJob(database(empty)).run()
        OpenTasksJob(database(empty)).run()
        assert empty.get(f"/api/v1/graph?since=1h{at}") == before
        [edge] = before["edges"]
        failed = len([n for n in range(TASKS) if n % 4 and n % 3 == 0])
        assert (edge["source"], edge["target"], edge["tasks"]) == ("planner", "writer", TASKS)
        assert (edge["failed"], edge["open"], edge["unknown"]) == (failed, 6, 6)
        assert edge["completed"] == 18 - failed
        assert 60 < edge["p50_seconds"] <= edge["p95_seconds"] < 75
    assert empty.get("/api/v1/graph?since=5m")["edges"] == []
    assert empty.get("/api/v1/graph?limit=0")["edges_omitted"] == 1


@pytest.mark.usefixtures("settling")
def test_the_longest_handoffs_are_the_same_before_and_after_the_observer(empty: Service) -> None:
    told = produced(
        "agent-telemetry-handoffs", 1, handoff_id="told", source_agent_name="Planner",
        target_agent_name="Writer", timestamp=DAY + "12:00:01", context={"message_id": "m05"},
    )  # fmt: skip
    load(empty.tables, [*traffic(), *traffic()[:9], told])
    for sort in ("duration", "-duration"):
        url = f"/api/v1/handoffs?sort={sort}&since={DAY}11:00:00"
        before = empty.get(url)["handoffs"]
        assert len(before) == 18
        assert [h["handoff_id"] for h in before if h["message_id"] == "m05"] == ["told"]
        RollupsJob(database(empty)).run()
        assert empty.get(url)["handoffs"] == before


@pytest.mark.usefixtures("settling")
def test_agents_are_the_same_before_and_after_the_observer(empty: Service) -> None:
    def spans(name: str, times: list[str]) -> list[Any]:
        return [
            produced(
                "agent-telemetry-spans", n, span_id=f"{name}{n}", trace_id="t-m07",
                agent_name="Writer:draft", span_kind="llm_call", status="completed",
                start_time=DAY + time, end_time=DAY + "12:40:00", model_name=f"model-{n}",
            )
            for n, time in enumerate(times)
        ]  # fmt: skip

    load(empty.tables, [*traffic(), *spans("s", ["10:20:00", "12:00:10", "12:02:00"])])
    load(empty.tables, [*traffic()[:7], *spans("s", ["10:20:00"])])
    observed = database(empty)
    jobs = (RollupsJob(observed), OpenTasksJob(observed), TracesJob(observed))
    times = ("", "?at=2026-11-22T12:01:05", "?at=2026-11-22T12:00:05", "?at=2026-11-22T11:59:59")

    def told_at(time: str) -> list[dict[str, Any]]:
        agents: list[dict[str, Any]] = empty.get(f"/api/v1/agents{time}")["agents"]
        return agents

    def run() -> None:
        for job in jobs:
            job.run()

    [before, *past] = [told_at(time) for time in times]
    run()
    assert [told_at(time) for time in times] == [before, *past]
    load(empty.tables, spans("late", ["12:00:06", "12:50:00"]))
    again = [told_at(time) for time in times]
    run()
    assert [told_at(time) for time in times] == again
    shown = [[a["spans"] for a in told if a["agent_name"] == "writer"] for told in again]
    assert shown == [[5], [3], [1], [1]]
    assert [a["pending_tasks"] for a in past[0] if a["agent_name"] == "writer"] == [20]
    assert before[-1]["models"] == ["model-0", "model-1", "model-2"]
    told = {agent["agent_name"]: agent for agent in before}
    assert told.keys() == {"planner", "writer"}
    assert told["writer"]["display_name"] == "Writer"
    assert (told["writer"]["messages_received"], told["writer"]["messages_sent"]) == (TASKS, 18)
    assert (told["writer"]["pending_tasks"], told["planner"]["pending_tasks"]) == (6, 0)
    assert told["writer"]["last_seen"] == DAY + "12:02:00"


@pytest.mark.parametrize("at", ["", "?at=2026-11-22T12:30:00"])
def test_a_pending_task_tells_what_waits_for_it(empty: Service, at: str) -> None:
    chain = [
        sent(1, "a", "user", "planner", "12:00:00"),
        sent(2, "b", "planner", "writer", "12:00:01", cause="a"),
        sent(3, "c", "writer", "coder", "12:00:02", cause="b"),
        sent(4, "d", "writer", "coder", "12:00:03", cause="done"),
        sent(5, "done", "planner", "writer", "12:00:00"),
        sent(6, "r", "writer", "planner", "12:00:09", kind="result", parent="done"),
        sent(7, "x", "coder", "coder", "12:00:05", cause="y"),
        sent(8, "y", "coder", "coder", "12:00:06", cause="x"),
    ]
    load(empty.tables, chain)
    tasks = empty.get(f"/api/v1/queues/coder/pending{at}")["tasks"]
    blocks = {t["message_id"]: [b["message_id"] for b in t["blocks"]] for t in tasks}
    assert blocks == {"c": ["b", "a"], "d": [], "x": ["y"], "y": ["x"]}
    assert tasks[0]["blocks"][1] == {"message_id": "a", "agent": "planner", "depth": 2}
