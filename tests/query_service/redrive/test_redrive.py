"""POST /api/v1/redrive over the real engine, with a real broker."""

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError

from query_service.app import create_app
from query_service.errors import Unavailable
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.rollups import RollupsJob
from query_service.routes import redrive as route
from query_service.routes import redrive_claims, redrive_sending
from query_service.routes.context import context
from tests.clickhouse.migrations.records import record
from tests.ports import free_port
from tests.query_service.access.keyed import OPERATOR, VIEWER, bearer, keyed_client
from tests.query_service.detectors.traffic import Traffic, ago, database_of
from tests.query_service.engine import NOW, Service, service
from tests.query_service.redrive.sending import CODER, WRITER, Queues, running
from tests.query_service.telemetry.observed import observe
from tests.waiting import wait_until

Json = dict[str, Any]
QUEUE = CODER


@pytest.fixture(scope="module")
def queues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queues]:
    """The queues of some agents, but that of ghost is gone."""
    with running(tmp_path_factory.mktemp("kafka")) as made:
        yield made


@pytest.fixture
def kafka(queues: Queues) -> Queues:
    """The same, for what this test sends."""
    queues.begin()
    return queues


@pytest.fixture(autouse=True)
def before_is_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests send the same tasks again, of which nothing is ever stored."""
    monkeypatch.setattr(redrive_claims, "KEPT", timedelta(0))


@pytest.fixture
def lately(before_is_long_ago: None, monkeypatch: pytest.MonkeyPatch, filled: Service) -> Service:
    """`filled`, of which nothing was sent yet."""
    monkeypatch.setattr(redrive_claims, "KEPT", timedelta(minutes=10))
    filled.tables.command("TRUNCATE TABLE redrive_claims")
    return filled


def traffic() -> Traffic:
    """Coder took tasks until ten minutes ago; nobody reads the queue of ghost."""
    told = Traffic()
    for minute in (40, 35, 30, 25):
        told.handoff("planner", "coder", minute, message_id=f"done-{minute}")
    read = told.sent[QUEUE]
    for number in range(3):
        told.message(
            "coder", 20 - number, source_agent="planner", ttl_seconds=60, message_id=f"old-{number}"
        )
    told.message("coder", 2, source_agent="planner", message_id="waits")
    told.message("ghost", 30, source_agent="planner", message_id="lost")
    told.queue("coder", 1, told.sent[QUEUE], read)
    told.queue("ghost", 1, 1)
    return told


@pytest.fixture(scope="module")
def filled(embedded_clickhouse: str, queues: Queues) -> Service:
    """A service with this traffic, which what is sent does not reach."""
    made = service(embedded_clickhouse)
    traffic().store(made)
    return made


@pytest.fixture(scope="module")
def made(embedded_clickhouse: str, queues: Queues) -> Service:
    """A service that each test fills for itself."""
    return service(embedded_clickhouse)


@pytest.fixture
def fresh(made: Service) -> Service:
    """With this traffic, for what is sent to come to."""
    traffic().store(made)
    return made


def ask(made: Service, status: int = 200, **body: object) -> Json:
    answer = made.web.post("/api/v1/redrive", json=body)
    assert answer.status_code == status, answer.text
    told: Json = answer.json or {}
    return told


def arrive(made: Service, kafka: Queues) -> None:
    """What was sent is stored, in another partition than the traffic."""
    rows = [
        record(
            one.topic,
            one.offset,
            one.value,
            {name: text.decode() for name, text in one.headers},
            one.partition + 1,
        )
        for one in kafka.sent
    ]
    block = "\n".join(json.dumps(row) for row in rows)
    made.tables.raw_insert("landing_messages", insert_block=block, fmt="JSONEachRow")


def outcomes(told: Json) -> dict[str, str]:
    return {one["message_id"]: one["outcome"] for one in told["messages"]}


def test_a_dry_run_tells_and_sends_nothing(filled: Service, kafka: Queues) -> None:
    told = ask(filled, filter={"trouble": ["expired"]}, limit=2)
    assert outcomes(told) == {"old-0": "would_send", "old-1": "would_send"}
    assert (told["dry_run"], told["matched"], told["would_send"], told["left"]) == (True, 3, 2, 1)
    assert told["queues"] == {QUEUE: 2}
    first = told["messages"][0]
    assert (first["state"], first["source"], first["attempt"]) == ("expired", "planner", 2)
    assert first["redrive_root"] == "old-0"
    assert kafka.sent == []


def test_it_is_sent_as_a_new_task_that_names_the_old_one(filled: Service, kafka: Queues) -> None:
    watched = observe(filled.web)
    told = ask(filled, message_ids=["old-1"], dry_run=False)
    [sent] = kafka.sent
    [one] = told["messages"]
    new = json.loads(sent.value)
    assert sent.key.decode() == new["message_id"] == one["new_message_id"]
    assert (one["outcome"], one["partition"], one["offset"]) == ("sent", 0, sent.offset)
    kept = dict(sent.headers)
    assert (kept["redrive-of"], kept["redrive-root"]) == (b"old-1", b"old-1")
    [span] = [one for one in watched.spans.get_finished_spans() if one.name == f"redrive {QUEUE}"]
    own = f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"
    assert (new["trace_id"], new["span_id"]) == own
    assert kept["traceparent"].decode().startswith(f"00-{own[0]}-{own[1]}-")
    [row] = filled.tables.query("SELECT trace_id, span_id FROM tasks t JOIN agent_messages m"
        " USING (message_id) WHERE message_id = 'old-1'").named_results()  # fmt: skip
    [link] = span.links
    assert f"{link.context.trace_id:032x}" == row["trace_id"]
    assert f"{link.context.span_id:016x}" == row["span_id"]
    assert new["ttl_seconds"] == 60
    assert new["source_agent"] == "planner"


@pytest.mark.parametrize("is_observed", [False, True])
def test_the_old_one_is_superseded_everywhere(
    fresh: Service, kafka: Queues, is_observed: bool
) -> None:
    before = fresh.get("/api/v1/queues/coder/pending")
    ask(fresh, filter={"trouble": ["expired"]}, dry_run=False)
    arrive(fresh, kafka)
    if is_observed:
        for job in (RollupsJob, OpenTasksJob):
            job(database_of(fresh)).run()
    new = {json.loads(one.value)["message_id"] for one in kafka.sent}
    pending = fresh.get("/api/v1/queues/coder/pending")
    assert {one["message_id"] for one in pending["tasks"]} == {"waits", *new}
    assert len(pending["tasks"]) == len(before["tasks"]) == 4
    assert fresh.get("/api/v1/queues/coder/pending?state=expired")["tasks"] == []
    queues = {one["agent_name"]: one for one in fresh.get("/api/v1/queues")["queues"]}
    assert (queues["coder"]["pending_tasks"], queues["coder"]["expired"]) == (4, 0)
    handoffs = fresh.get("/api/v1/handoffs?outcome=superseded")["handoffs"]
    assert {one["message_id"] for one in handoffs} == {"old-0", "old-1", "old-2"}
    assert {(one["answers"], one["answered_at"], one["answered_late"]) for one in handoffs} == {
        (0, None, False)
    }
    timed = fresh.get("/api/v1/handoffs?sort=duration&since=1h")["handoffs"]
    assert {one["message_id"] for one in timed} == {"done-40", "done-35", "done-30", "done-25"}
    [edge] = [one for one in fresh.get("/api/v1/graph")["edges"] if one["target"] == "coder"]
    assert (edge["tasks"], edge["answered"], edge["superseded"], edge["open"]) == (11, 4, 3, 4)
    then = fresh.get("/api/v1/queues/coder/pending?at=30s")
    assert {one["message_id"] for one in then["tasks"]} == {"old-0", "old-1", "old-2", "waits"}


def test_the_story_of_each_tells_the_other(fresh: Service, kafka: Queues) -> None:
    ask(fresh, message_ids=["old-0"], dry_run=False)
    arrive(fresh, kafka)
    [sent] = kafka.sent
    new = sent.key.decode()
    old = fresh.get("/api/v1/handoffs/old-0")
    assert (old["course"]["outcome"], old["redrive_of"]) == ("superseded", None)
    assert [(one["message_id"], one["outcome"]) for one in old["redrives"]] == [(new, "queued")]
    assert [one["data"] for one in old["story"] if one["type"] == "redrive"] == [
        {"message_id": new}
    ]
    told = fresh.get(f"/api/v1/handoffs/{new}")
    assert told["redrives"] == []
    assert told["redrive_of"]["message_id"] == "old-0"
    assert told["redrive_of"]["outcome"] == "superseded"
    earlier = fresh.get("/api/v1/handoffs/old-0?at=30s")
    assert (earlier["course"]["outcome"], earlier["redrives"]) == ("expired", [])


def test_live_streams_tell_of_the_new_message_alone(fresh: Service, kafka: Queues) -> None:
    ask(fresh, message_ids=["old-0"], dry_run=False)
    arrive(fresh, kafka)
    of = "SELECT groupArray((type, parent_id)) FROM arrivals WHERE id = {id:String}"
    new = kafka.sent[0].key.decode()
    [[found]] = fresh.tables.query(of, parameters={"id": new}).result_rows
    assert sorted(found) == [("redrive", "old-0"), ("task", "")]
    told = database_of(fresh)
    inserts = [row["inserted"] for row in told.rows("live/lately", {"since": 0})]
    rows = [row for row in told.rows("live/rows", {"inserts": inserts}) if row["id"] == new]
    assert [row["type"] for row in rows] == ["task"]
    [lately] = told.rows("live/lately", {"since": inserts[-1] - 1})
    assert lately["rows"] == 1


def test_one_that_was_sent_again_is_refused_unless_again_is_said(
    fresh: Service, kafka: Queues
) -> None:
    ask(fresh, message_ids=["old-0"], dry_run=False)
    arrive(fresh, kafka)
    new = kafka.sent[0].key.decode()
    refused = ask(fresh, message_ids=["old-0", "done-40", "waits", "nobody"])
    assert set(outcomes(refused).values()) == {"refused"}
    why = {one["message_id"]: one["reason"] for one in refused["messages"]}
    assert f"was sent again already, as {new}" in why["old-0"]
    assert "was answered by" in why["done-40"]
    assert "waits in a queue that is read" in why["waits"]
    assert why["nobody"] == "no task of this id is known"
    forced = ask(fresh, message_ids=["old-0", "done-40", "waits"], again=True)
    assert set(outcomes(forced).values()) == {"would_send"}
    third = ask(fresh, message_ids=[new], again=True, dry_run=False)
    assert (third["messages"][0]["attempt"], third["messages"][0]["redrive_root"]) == (3, "old-0")
    assert dict(kafka.sent[1].headers)["redrive-root"] == b"old-0"


def test_a_filter_chooses_by_trouble_sender_and_time(filled: Service, kafka: Queues) -> None:
    def chosen(**given: object) -> set[str]:
        return set(outcomes(ask(filled, filter=given)))

    expired = {"old-0", "old-1", "old-2"}
    assert chosen(trouble=["lost"]) == {"lost"}
    assert chosen(trouble=["lost", "expired"]) == {"lost", *expired}
    assert chosen(trouble=["lost", "expired"], agent="Coder") == expired
    assert chosen(trouble=["expired"], source="Planner") == expired
    assert chosen(trouble=["expired"], source="somebody") == set()
    assert chosen(trouble=["expired"], since="19m30s"[:3]) == {"old-1", "old-2"} - {"old-0"}
    assert chosen(trouble=["expired"], until=ago(19.5).isoformat()) == {"old-0"}
    assert chosen(trouble=["poisoned", "in_progress"]) == set()


def test_what_is_worked_on_is_refused_and_poison_is_found(made: Service, kafka: Queues) -> None:
    told = traffic()
    for name, last in (("busy", 0.5), ("poison", 3.0)):
        told.message("coder", 15, source_agent="planner", message_id=name)
        for minute in (12.0, 11.0, last):
            told.sign("started", name, "coder", minute)
    told.queue("coder", 0.5, told.sent[QUEUE], 4)
    told.store(made)
    found = ask(made, filter={"trouble": ["poisoned"]})
    assert outcomes(found) == {"busy": "refused", "poison": "would_send"}
    busy, poison = sorted(found["messages"], key=lambda one: str(one["message_id"]))
    assert "within the last minute" in busy["reason"]
    assert "somebody took it" in poison["warning"]
    assert ask(made, message_ids=["busy"], again=True)["refused"] == 1


def test_a_queue_must_exist(filled: Service, kafka: Queues) -> None:
    told = ask(filled, message_ids=["lost"], target="Writer", dry_run=False)
    assert told["queues"] == {WRITER: 1}
    assert json.loads(kafka.sent[0].value)["target_agent"] == "Writer"
    wrong = ask(filled, 422, message_ids=["lost"], target="Nobody")
    assert wrong["errors"][0]["parameter"] == "target"
    gone = ask(filled, message_ids=["lost"], dry_run=False)
    assert gone["messages"][0]["reason"] == "its queue does not exist any more"
    assert len(kafka.sent) == 1


def test_without_kafka_nothing_is_told_as_sent(filled: Service) -> None:
    with filled.web.application.app_context():
        nobody = {"kafka_bootstrap_servers": f"127.0.0.1:{free_port()}"}
        settings = context().settings.model_copy(update=nobody)
    away = Service(create_app(settings, clock=lambda: NOW).test_client(), filled.tables)
    assert ask(away, 503, message_ids=["old-0"], dry_run=False)["status"] == 503
    told = ask(away, message_ids=["old-0"])
    assert "Kafka does not answer" in told["messages"][0]["warning"]


def test_when_kafka_hangs_nothing_is_told_as_sent_and_no_thread_stays(
    filled: Service, kafka: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = threading.active_count()
    with kafka.hanging_from(0, monkeypatch):
        failed = ask(filled, 503, filter={"trouble": ["expired"]}, dry_run=False)
    assert "confirmed none of 1 tasks" in failed["detail"]
    wait_until(lambda: threading.active_count() <= before)


def test_where_kafka_stops_is_told_of_each(
    filled: Service, kafka: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redrive_sending, "AT_ONCE", 1)
    with kafka.hanging_from(1, monkeypatch):
        told = ask(filled, filter={"trouble": ["expired"]}, dry_run=False)
    assert outcomes(told) == {"old-0": "sent", "old-1": "unconfirmed", "old-2": "left"}
    assert (told["sent"], told["unconfirmed"], told["left"]) == (1, 1, 1)
    assert told["messages"][1]["new_message_id"]
    assert kafka.sent[0].key.decode() == told["messages"][0]["new_message_id"]


def test_what_the_queue_does_not_take_is_refused_alone(made: Service, kafka: Queues) -> None:
    told = traffic()
    told.message(
        "coder", 22, source_agent="planner", ttl_seconds=60, message_id="big",
        payload={"text": "x" * 2_000_000},
    )  # fmt: skip
    told.store(made)
    found = ask(made, filter={"trouble": ["expired"]}, target="writer", dry_run=False)
    assert outcomes(found) == {"big": "refused", "old-0": "sent", "old-1": "sent", "old-2": "sent"}
    assert "Kafka takes no record of that size" in found["messages"][0]["reason"]
    assert len(kafka.sent) == 3


def test_one_request_sends_so_many_bytes(
    filled: Service, kafka: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = ask(filled, message_ids=["old-0"])["messages"][0]["bytes"]
    monkeypatch.setattr(route, "MOST_BYTES", 2 * size + 10)
    told = ask(filled, filter={"trouble": ["expired"]}, dry_run=False)
    assert outcomes(told) == {"old-0": "sent", "old-1": "sent", "old-2": "left"}
    monkeypatch.setattr(redrive_sending, "BYTES_AT_ONCE", 1)
    assert ask(filled, filter={"trouble": ["expired"]}, dry_run=False)["sent"] == 2


def test_a_body_of_twelve_megabytes(made: Service, kafka: Queues) -> None:
    told = Traffic()
    big = "x" * 12_000_000
    told.message(
        "coder", 30, source_agent="planner", ttl_seconds=60, message_id="big", payload={"text": big}
    )
    told.store(made)
    assert ask(made, filter={"trouble": ["expired"]}, dry_run=False)["sent"] == 1
    assert json.loads(kafka.sent[0].value)["payload"]["text"] == big


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"filter": {}},
        {"filter": {"trouble": []}},
        {"filter": {"trouble": ["queued"]}},
        {"filter": {"trouble": ["lost"]}, "message_ids": ["a"]},
        {"message_ids": []},
        {"message_ids": ["a"] * 1001},
        {"message_ids": ["a"], "dry_run": "no"},
        {"message_ids": ["a"], "dry_run": 0},
        {"message_ids": ["a"], "again": 1},
        {"message_ids": ["a"], "limit": 0},
        {"message_ids": ["a"], "limit": 1001},
        {"message_ids": ["a"], "target": "a/b"},
        {"message_ids": ["a"], "target": "é"},
        {"message_ids": ["a"], "target": ""},
        {"message_ids": ["a"], "target": "a\n"},
        {"message_ids": ["a"], "force": True},
        {"message_ids": [f"{n}" + "é" * 50 for n in range(900)], "limit": 900},
    ],
)
def test_what_is_wrong_is_refused(filled: Service, kafka: Queues, body: Json) -> None:
    ask(filled, 422, **body)


def test_only_an_operator_may() -> None:
    asked = {"message_ids": ["old-0"]}
    for who, status in ((bearer(VIEWER), 403), ({}, 401)):
        answer = keyed_client().post("/api/v1/redrive", headers=who, json=asked)
        assert answer.status_code == status
    page = {"Origin": "https://evil.example", **bearer(OPERATOR)}
    assert keyed_client().post("/api/v1/redrive", headers=page, json=asked).status_code == 403


def test_the_audit_log_tells_what_was_done(filled: Service, kafka: Queues) -> None:
    watched = observe(filled.web)
    ask(filled, message_ids=["old-0"], dry_run=False, target="coder")
    [event] = watched.events.get_finished_logs()
    told = dict(event.log_record.attributes or {})
    name = "agent_telemetry.audit.parameter"
    of = {key: told[f"{name}.{key}"] for key in ("dry_run", "target", "again", "sent")}
    assert of == {"dry_run": "False", "target": "coder", "again": "False", "sent": "1"}


def test_hostile_ids_are_only_texts(filled: Service, kafka: Queues) -> None:
    ids = ["'; DROP TABLE tasks; --", "\x00", "{ids:Array(String)}", "old-0'", "\\", "%s"]
    told = ask(filled, message_ids=ids, dry_run=False)
    assert told["refused"] == len(ids)
    assert kafka.sent == []


def test_what_another_request_sends_is_refused(lately: Service, kafka: Queues) -> None:
    ask(lately, message_ids=["old-0"], dry_run=False)
    told = ask(lately, message_ids=["old-0", "old-1"], dry_run=False)
    assert outcomes(told) == {"old-0": "refused", "old-1": "sent"}
    assert re.match(r"another request sent it again \d+ s ago", told["messages"][0]["reason"])
    assert [dict(one.headers)["redrive-of"] for one in kafka.sent] == [b"old-0", b"old-1"]
    assert outcomes(ask(lately, message_ids=["old-0"])) == {"old-0": "refused"}


def test_many_requests_at_once_send_each_task_once_at_the_most(
    lately: Service, kafka: Queues
) -> None:
    wanted = {"message_ids": ["old-0", "old-1", "old-2"], "dry_run": False}

    def asked() -> Json:
        answer = lately.web.application.test_client().post("/api/v1/redrive", json=wanted)
        assert answer.json, answer.text
        told: Json = answer.json
        return told

    with ThreadPoolExecutor(4) as pool:
        answers = [one.result() for one in [pool.submit(asked) for _ in range(4)]]
    sent = [one for told in answers for one, what in outcomes(told).items() if what == "sent"]
    of = sorted(dict(one.headers)["redrive-of"].decode() for one in kafka.sent)
    assert sorted(sent) == of == sorted(set(of))


def test_what_was_not_sent_may_be_tried_again(
    lately: Service, kafka: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(redrive_sending, "deliver", lambda servers, records: [None] * len(records))
        ask(lately, 503, message_ids=["old-0"], dry_run=False)
    assert kafka.sent == []
    told = ask(lately, message_ids=["old-0"], dry_run=False)
    assert outcomes(told) == {"old-0": "sent"}


def test_what_was_sent_is_told_though_the_rest_cannot_be_given_back(
    lately: Service, kafka: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(lately, message_ids=["old-0"], dry_run=False)
    real = redrive_claims._write

    def failing(claim: Any, pairs: Any, is_deleted: int) -> None:
        if is_deleted:
            raise Unavailable("ClickHouse does not answer: is it running?")
        real(claim, pairs, is_deleted)

    monkeypatch.setattr(redrive_claims, "_write", failing)
    told = ask(lately, message_ids=["old-0", "old-1"], dry_run=False)
    assert outcomes(told) == {"old-0": "refused", "old-1": "sent"}


def test_what_kafka_may_have_is_not_sent_again(
    lately: Service, kafka: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        late = KafkaTimeoutError()
        patched.setattr(redrive_sending, "deliver", lambda servers, records: [late] * len(records))
        ask(lately, 503, message_ids=["old-0"], dry_run=False)
    told = ask(lately, message_ids=["old-0"], dry_run=False)
    assert outcomes(told) == {"old-0": "refused"}
    assert kafka.sent == []


def test_sent_and_stored_it_is_another_task(
    fresh: Service, kafka: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redrive_claims, "KEPT", timedelta(minutes=10))
    fresh.tables.command("TRUNCATE TABLE redrive_claims")
    ask(fresh, message_ids=["old-2"], dry_run=False)
    arrive(fresh, kafka)
    told = ask(fresh, message_ids=["old-2"], dry_run=False, again=True)
    assert outcomes(told) == {"old-2": "sent"}
