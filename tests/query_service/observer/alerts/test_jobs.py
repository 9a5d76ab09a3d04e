"""Findings are kept and told: the real engine, a real receiver."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from query_service import db
from query_service.db import Database
from query_service.diagnose import detect
from query_service.diagnose.declaration import declarations
from query_service.errors import Unavailable
from query_service.observer.alerts import jobs, store
from query_service.observer.alerts.jobs import FindingsJob, NoticesJob
from query_service.observer.alerts.settings import AlertSettings
from query_service.observer.alerts.store import Last
from query_service.observer.alerts.webhook import NotTold, Webhook
from query_service.observer.schedule import Job, Lane, run_lanes
from tests.query_service.detectors.traffic import Traffic, ago, database_of
from tests.query_service.engine import NOW, Service
from tests.receiver import (
    Answer,
    Receiver,
    hang,
    receiving,
    status,
)
from tests.waiting import wait_until

SETTINGS = AlertSettings(least_severity="medium", remind_hours=0)
ALWAYS = AlertSettings(least_severity="medium", remind_hours=1e-9)
KIND = "expired_task"


class Observer:
    """Both jobs of an observer whose clock is set; another one may take over at any time."""

    def __init__(
        self,
        database: Database,
        receiver: Receiver,
        timeout: float = 30,
        form: str = "json",
        settings: AlertSettings = SETTINGS,
    ) -> None:
        self.database = database
        self._webhook = Webhook(receiver.url, form, "", timeout)
        self._settings = settings
        self.take_over()

    def take_over(self) -> None:
        self.findings = FindingsJob(self.database, self._settings)
        self.notices = NoticesJob(self.database, self._webhook, self._settings)

    def run(self) -> None:
        self.findings.run()
        self.notices.run()


class Clock:
    """The time of the runs."""

    def __init__(self) -> None:
        self.now = NOW

    def forward(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made, real = Clock(), store.last

    def last(database: Database) -> Last:
        return replace(real(database), now=made.now)

    monkeypatch.setattr(store, "last", last)
    return made


@pytest.fixture(autouse=True)
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One detector but for tests that are marked: all of them take seconds on a busy machine."""
    if "all_detectors" not in request.fixturenames:
        only = {KIND: declarations()[KIND]}
        monkeypatch.setattr(detect, "declarations", lambda: only)


@pytest.fixture
def all_detectors() -> None:
    """Marks a test that runs all of them."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def traffic(empty: Service) -> Traffic:
    """One task that ran out of time, of an agent that answers others."""
    made = Traffic()
    for minute in range(14, 4, -1):
        made.handoff("planner", "coder", minute)
    expire(made, 1)
    made.store(empty)
    return made


def expire(traffic: Traffic, count: int) -> None:
    for _ in range(count):
        traffic.message("coder", 4, source_agent="planner", ttl_seconds=60)


def add(service: Service, traffic: Traffic) -> None:
    """Insert what came since."""
    for table, rows in traffic.rows.items():
        block = "\n".join(json.dumps(row) for row in rows)
        service.tables.raw_insert(table, insert_block=block, fmt="JSONEachRow")


def test_found_is_told_then_silence_then_worse_then_over(
    empty: Service, traffic: Traffic, receiver: Receiver, clock: Clock
) -> None:
    observer = Observer(database_of(empty), receiver)
    observer.run()
    assert receiver.events == [("opened", KIND)]
    for _ in range(2):
        clock.forward(1)
        observer.take_over()  # whoever takes over goes on
        observer.run()
    assert len(receiver.got) == 1
    traffic.rows.clear()
    expire(traffic, 20)
    add(empty, traffic)
    clock.forward(1)
    observer.run()
    assert receiver.events[1:] == [("worse", KIND)]
    assert receiver.got[1]["notices"][0]["severity"] == "high"
    clock.forward(60)
    observer.run()
    assert len(receiver.got) == 2, "missed once"
    observer.take_over()
    clock.forward(1)
    observer.run()
    assert receiver.events[2:] == [("resolved", KIND)]
    clock.forward(1)
    observer.run()
    assert len(receiver.got) == 3
    keys = [one["key"] for body in receiver.got for one in body["notices"]]
    assert len(set(keys)) == 3 and len({key.split(":")[1] for key in keys}) == 1
    # The rows tell the same, and nothing is doubled.
    [found] = empty.get(f"/api/v1/findings?kind={KIND}")["findings"]
    assert (found["state"], found["severity"], found["worst_severity"]) == (
        "resolved", "high", "high",
    )  # fmt: skip
    one = empty.get(f"/api/v1/findings/{found['id']}")
    assert len(one["episodes"]) == 1
    assert [notice["event"] for notice in one["notices"]] == ["resolved", "worse", "opened"]
    assert {notice["outcome"] for notice in one["notices"]} == {"sent"}


@pytest.mark.parametrize("answer", [status(500), hang])
def test_a_webhook_that_is_away_is_told_the_state_once_when_it_is_back(
    empty: Service, traffic: Traffic, receiver: Receiver, clock: Clock, answer: Answer
) -> None:
    observer = Observer(database_of(empty), receiver, timeout=0.5)
    receiver.answer = answer
    for _ in range(3):
        clock.forward(1)
        observer.findings.run()
        with pytest.raises(NotTold):
            observer.notices.run()
    [found] = empty.get("/api/v1/findings?state=open")["findings"]
    [notice] = empty.get(f"/api/v1/findings/{found['id']}")["notices"]
    assert (notice["outcome"], notice["event"]) == ("failed", "opened")
    assert notice["reason"].startswith("the webhook ")
    receiver.got.clear()
    receiver.answer = status(200)
    patient = Observer(database_of(empty), receiver)
    patient.notices.run()
    patient.notices.run()
    assert receiver.events == [("opened", KIND)]
    [notice] = empty.get(f"/api/v1/findings/{found['id']}")["notices"]
    assert (notice["outcome"], notice["reason"]) == ("sent", None)


def test_what_was_sent_and_not_recorded_comes_again_with_its_key(
    all_detectors: None,
    empty: Service,
    traffic: Traffic,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observer = Observer(database_of(empty), receiver)
    observer.findings.run()

    def cut_off(*_: Any) -> None:
        raise Unavailable("gone")

    for _ in range(3):  # while it cannot be recorded, it is not sent again and again
        with monkeypatch.context() as patched, pytest.raises(Unavailable):
            patched.setattr(store, "record", cut_off)
            observer.notices.run()
    before = observer.notices
    observer.take_over()
    observer.notices.run()
    observer.notices.run()
    first, second = receiver.got
    assert first["notices"] == second["notices"]
    before.run()
    assert len(receiver.got) == 2


def test_a_detector_that_failed_ends_nothing(
    empty: Service,
    traffic: Traffic,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observer = Observer(database_of(empty), receiver)
    observer.run()
    text, failing = db.sql, f"{db.DETECTORS}/{KIND}/find"
    broken = "SELECT throwIf(true)"
    with monkeypatch.context() as patched:
        patched.setattr(db, "sql", lambda name: broken if name == failing else text(name))
        for _ in range(3):
            clock.forward(30)
            observer.run()
    answer = empty.get("/api/v1/findings?state=open")
    assert [one["kind"] for one in answer["findings"]] == [KIND]
    assert answer["failed_kinds"].keys() == {KIND}
    for _ in range(2):
        clock.forward(1)
        observer.run()
    assert receiver.events == [("opened", KIND), ("resolved", KIND)]


def test_a_run_that_was_cut_off_is_done_again(
    empty: Service,
    traffic: Traffic,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observer = Observer(database_of(empty), receiver)
    insert = Database.insert

    def half(self: Database, table: str, rows: Any) -> None:
        if table == "finding_runs":
            raise Unavailable("gone")
        insert(self, table, rows)

    with monkeypatch.context() as patched, pytest.raises(Unavailable):
        patched.setattr(Database, "insert", half)
        observer.findings.run()
    observer.take_over()
    clock.forward(1)
    observer.run()
    assert receiver.events == [("opened", KIND)]
    assert len(empty.get("/api/v1/findings")["findings"]) == 1


def test_reminders_are_counted_and_another_address_is_told_all(
    empty: Service, traffic: Traffic, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the clock of the server: tasks that ran out are looked for a year back."""
    far = ALWAYS.model_copy(update={"window_minutes": 525_600})
    observer = Observer(database_of(empty), receiver, settings=far)
    for _ in range(3):
        observer.run()
        observer.take_over()
    assert [event for event, _ in receiver.events] == ["opened", "reminder", "reminder"]
    keys = [body["notices"][0]["key"] for body in receiver.got]
    assert [key.split(":", 2)[2] for key in keys] == ["opened", "reminder:1", "reminder:2"]
    receiver.url += "/other"
    Observer(database_of(empty), receiver).notices.run()
    assert receiver.events[3:] == [("opened", KIND)]


def test_many_come_in_several_requests_and_each_once(
    empty: Service,
    traffic: Traffic,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    traffic.rows.clear()
    for number in range(7):
        traffic.message(f"x{number}", 4, source_agent="planner", ttl_seconds=60)
    add(empty, traffic)
    monkeypatch.setattr(jobs, "MOST_AT_ONCE", 3)
    observer = Observer(database_of(empty), receiver)
    observer.findings.run()
    for _ in range(5):
        observer.notices.run()
    assert [(len(body["notices"]), body["more"]) for body in receiver.got] == [
        (3, 5), (3, 2), (2, 0),
    ]  # fmt: skip
    keys = [one["key"] for body in receiver.got for one in body["notices"]]
    assert len(set(keys)) == 8


def test_slack_gets_its_form_and_the_log_no_address(
    empty: Service,
    traffic: Traffic,
    receiver: Receiver,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    observer = Observer(database_of(empty), receiver, form="slack")
    observer.run()
    [body] = receiver.got
    assert body["text"].startswith("Agents: 1 new. MEDIUM: 1 tasks of coder ran out of time")
    own = [each.getMessage() for each in caplog.records if each.name.startswith("query_service")]
    assert own and not any("s3cret" in text for text in own)
    [found] = empty.get("/api/v1/findings")["findings"]
    assert "s3cret" not in json.dumps(empty.get(f"/api/v1/findings/{found['id']}"))


def test_a_webhook_that_hangs_holds_up_no_run(
    empty: Service, traffic: Traffic, receiver: Receiver, clock: Clock
) -> None:
    receiver.answer = hang
    observer = Observer(database_of(empty), receiver)
    lanes = [
        Lane([Job("findings", observer.findings.run, 0.01)]),
        Lane([Job("alerts", observer.notices.run, 0.01)]),
    ]
    stop = threading.Event()
    running = threading.Thread(target=run_lanes, args=(lanes, stop, lambda: None))
    running.start()
    try:
        wait_until(lambda: receiver.got)
        first = store.last(observer.database).run
        wait_until(lambda: store.last(observer.database).run >= first + 3)
        assert len(receiver.got) == 1
    finally:
        stop.set()
        running.join()


def test_what_serves_requests_cannot_send() -> None:
    """A replica has no code to send with, whatever its settings are."""
    asked = (
        "import sys, query_service.app, query_service.gunicorn_conf, query_service.mcp.server;"
        " sys.exit(any(n.startswith('query_service.observer.alerts') for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_findings_of_a_time_are_those_of_that_time(
    empty: Service, traffic: Traffic, receiver: Receiver, clock: Clock
) -> None:
    answer = empty.get("/api/v1/findings")
    assert (answer["as_of"], answer["findings"], answer["total"]) == (None, [], 0)
    assert answer["reason"].startswith("No run of the detectors up to then")
    assert "No run of the detectors" in empty.get("/api/v1/findings/abc", 404)["detail"]
    observer = Observer(database_of(empty), receiver)
    clock.forward(-2)
    observer.run()
    traffic.rows.clear()
    expire(traffic, 20)
    add(empty, traffic)
    clock.forward(1)
    observer.run()
    now = empty.get("/api/v1/findings")
    assert (now["as_of"], now["reason"], now["total"]) == ("2026-11-22T12:29:00", None, 1)
    [one] = now["findings"]
    assert (one["state"], one["severity"], one["evidence"]["figures"]["expired"]) == (
        "open", "high", 21,
    )  # fmt: skip
    [then] = empty.get("/api/v1/findings?at=2026-11-22T12:28:30")["findings"]
    assert (then["severity"], then["worst_severity"]) == ("medium", "medium")
    assert empty.get("/api/v1/findings?severity=medium&at=2026-11-22T12:28:30")["total"] == 1
    assert empty.get("/api/v1/findings?severity=medium")["total"] == 0
    assert empty.get("/api/v1/findings?at=2026-11-22T12:27:00")["total"] == 0
    for wrong in ("agent=writer", "kind=stuck_task", "state=resolved", "since=2026-11-22T12:29"):
        assert empty.get(f"/api/v1/findings?{wrong}")["total"] == 0, wrong
    assert empty.get("/api/v1/findings?agent=Coder&kind=expired_task&state=open")["total"] == 1
    assert ago(1) == clock.now
