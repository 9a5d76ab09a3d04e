"""Traffic of agents for tests of the detectors; times are minutes before NOW."""

import itertools
import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from clickhouse_connect.driver.exceptions import DatabaseError

from query_service.db import Database
from query_service.diagnose.declaration import declarations
from query_service.diagnose.detect import LIMITS, Window
from query_service.diagnose.finding import Finding, finding
from query_service.observer.failures import FailuresJob
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.rollups import RollupsJob
from query_service.observer.traces import TracesJob
from query_service.routes.context import context
from tests.clickhouse.migrations.records import Row, kafka, message, otlp_span, record, sign
from tests.query_service.engine import NOW, Service, clear

ODD_PAYLOADS: tuple[object, ...] = (None, [], {}, "\ud800", 1e308)


def ago(minutes: float) -> datetime:
    """So many minutes before NOW."""
    return NOW - timedelta(minutes=minutes)


def _text(time: datetime) -> str:
    return time.replace(tzinfo=None).isoformat(" ")


class Traffic:
    """Collects rows as the Collector inserts them. Offsets count up in each queue of one partition;
    `sent` gives how many records a queue has."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.sent = Counter[str]()
        self._numbers = itertools.count(1)

    def message(
        self, agent: str, minutes: float, headers: dict[str, str] | None = None, **fields: object
    ) -> str:
        """A record in the queue of an agent; gives its message_id."""
        number = next(self._numbers)
        name = str(fields.pop("message_id", f"m-{number}"))
        told = {"target_agent": agent, "trace_id": f"{number:032x}", "payload": {"n": number}}
        body = message(message_id=name, timestamp=ago(minutes).isoformat(), **told | fields)
        topic = f"agent-queue-{agent}"
        self.rows["landing_records"].append(record(topic, self.sent[topic], body, headers))
        self.sent[topic] += 1
        return name

    def answer(
        self, task: str, agent: str, to: str, minutes: float, kind: str = "result", **fields: object
    ) -> str:
        """The answer of an agent to the task of another."""
        told = {"message_type": kind, "parent_message_id": task, "source_agent": agent}
        return self.message(to, minutes, None, **told | fields)

    def handoff(
        self, source: str, agent: str, minutes: float, takes: float = 0.5, **fields: object
    ) -> str:
        """A task that is answered after `takes` minutes; gives its message_id."""
        task = self.message(agent, minutes, None, source_agent=source, **fields)
        self.answer(task, agent, source, minutes - takes)
        return task

    def sign(self, name: str, task: str, agent: str, minutes: float) -> None:
        """A state event: claimed, started, heartbeat, done."""
        told = {"gen_ai.agent.name": agent}
        at = _text(ago(minutes))
        self.rows["landing_logs"].append(sign(next(self._numbers), name, task, at, **told))

    def span(self, agent: str, minutes: float, seconds: float = 1, **fields: object) -> None:
        """A span of an agent that began then; `SpanAttributes` are added to its own."""
        number = next(self._numbers)
        attributes = {"gen_ai.agent.name": agent, "agent_telemetry.span.kind": "agent"}
        given = fields.pop("SpanAttributes", {})
        assert isinstance(given, dict)
        told = {
            "Timestamp": _text(ago(minutes)),
            "Duration": int(seconds * 1e9),
            "TraceId": f"{number:032x}",
            "SpanId": f"{number:016x}",
            "SpanName": f"invoke_agent {agent}",
            "ServiceName": f"agent-{agent}",
            "SpanAttributes": attributes | given,
        }
        self.rows["landing_traces"].append(otlp_span(number, **told | fields))

    def queue(
        self, agent: str, minutes: float, end: int, committed: int | None = None, members: int = 1
    ) -> None:
        """What the observer saw of a queue: its end, and its group unless `committed` is None."""
        topic, at = f"agent-queue-{agent}", _text(ago(minutes))
        place = {"topic": topic, "partition": "0"}
        points = [
            kafka("partition.current_offset", end, at, **place),
            kafka("partition.oldest_offset", 0, at, **place),
        ]
        if committed is not None:
            group = {"group": f"{agent}-consumer"}
            points += [
                kafka("consumer_group.offset", committed, at, **place, **group),
                kafka("consumer_group.lag", end - committed, at, **place, **group),
                kafka("consumer_group.members", members, at, **group),
            ]
        self.rows["landing_metrics_gauge"] += points

    def store(self, service: Service, times: int = 1) -> None:
        """Insert everything, so often, into empty tables, and let the observer work on it."""
        clear(service.tables)
        for _ in range(times):
            for table, rows in self.rows.items():
                block = "\n".join(json.dumps(row) for row in rows)
                service.tables.raw_insert(table, insert_block=block, fmt="JSONEachRow")
        database = database_of(service)
        for job in (RollupsJob, OpenTasksJob, TracesJob, FailuresJob):
            job(database).run()


def database_of(service: Service) -> Database:
    """The database of a service."""
    with service.web.application.app_context():
        return context().database


def find(
    service: Service,
    kind: str,
    minutes: float = 15,
    at: datetime = NOW,
    agent: str = "",
    **thresholds: float,
) -> list[Finding]:
    """What one detector finds in the minutes before a time; thresholds are its own or these."""
    declaration = declarations()[kind]
    window = Window(at - timedelta(minutes=minutes), at, agent)
    usual = {name: one.default for name, one in declaration.thresholds.items()}
    asked = {**window.parameters, **usual, **thresholds}
    [rows] = database_of(service).separately([(f"detectors/{kind}/find", asked)], 1, LIMITS)
    assert not isinstance(rows, DatabaseError), rows
    return [finding(declaration, row, asked) for row in rows]
