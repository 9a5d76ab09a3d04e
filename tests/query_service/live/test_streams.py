"""Live streams of the real service: what clients of the earlier system saw, and more."""

import socket
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx
import pytest
from clickhouse_connect.driver.client import Client
from simple_websocket import ConnectionClosed

from query_service.settings import Settings
from tests.query_service.engine import load
from tests.query_service.live.served import SECONDS, Json, Socket, events, message, record, served
from tests.waiting import wait_until

EARLIER: Json = {"trace_ids": [], "agent_names": [], "event_types": []}


def is_message(message_id: str) -> Any:
    return lambda said: said.get("message_id") == message_id


def everything() -> list[Json]:
    """One record of each kind."""
    times = {"start_time": "2026-11-22T12:00:00", "end_time": "2026-11-22T12:00:01"}
    return [
        message("m1", payload={"text": "write it"}),
        record("agent-telemetry-events", event_id="e1", event_type="agent_start", data={"a": 1}),
        record("agent-telemetry-errors", error_id="r1", error_type="ValueError", stack_trace="x"),
        record("agent-telemetry-handoffs", handoff_id="h1", source_agent_name="Coder"),
        record("agent-telemetry-spans", span_id="s1", trace_id="t1", status="completed", **times),
        record("agent-telemetry-traces", trace_id="t1", status="completed", spans=[], **times),
        {**record("agent-queue-writer"), "value": "not json"},
    ]


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
KINDS = {"message", "event", "error", "handoff", "span", "trace_record", "dead_letter"}


def test_both_streams_tell_everything(address: str, tables: Client) -> None:
    with Socket(address) as ws, events(address) as stream:
        load(tables, everything())
        by_socket: dict[str, Json] = {}
        while by_socket.keys() != KINDS:
            said = ws.receive()
            by_socket[said["kind"]] = said
        by_event: dict[str, Json] = {}
        while by_event.keys() != KINDS:
            event = next(stream)
            if "data" in event:
                by_event[event["data"]["kind"]] = event
    assert by_socket["message"]["payload"] == {"text": "write it"}
    assert by_socket["event"]["data"] == {"a": 1}
    assert by_socket["error"]["stack_trace"] == "x"
    assert by_socket["handoff"]["source_agent_name"] == "Coder"
    assert by_socket["span"]["duration_ms"] == 1000
    assert {kind for kind, event in by_event.items() if "event" not in event} == {"event"}
    ids = {kind: said["row_id"] for kind, said in by_socket.items()}
    assert ids == {kind: event["data"]["row_id"] for kind, event in by_event.items()}


def test_a_client_of_the_earlier_system_is_answered_as_it_was(address: str) -> None:
    with Socket(address) as ws:
        ws.ask({"type": "subscribe", "agent_names": ["Writer"], "event_types": ["handoff"]})
        told = {**EARLIER, "agent_names": ["Writer"], "event_types": ["handoff"]}
        assert ws.receive() == {"type": "subscription_updated", "subscription": told}
        ws.ask({"type": "nobody knows this"})
        ws.ask({"type": "ping"})
        assert ws.receive() == {"type": "pong"}


@pytest.mark.parametrize(
    "wrong",
    ["no JSON", "[1]", '"text"', "[" * 50_000]
    + ['{"type": "subscribe", "trace_ids": "t"}', '{"type": "subscribe", "kinds": ["x"]}']
    + ['{"type": "subscribe", "cursor": "x"}', '{"type": "subscribe", "text": null}'],
)
def test_what_is_wrong_is_told_and_the_client_stays(address: str, wrong: str) -> None:
    with Socket(address) as ws:
        ws.ask(wrong)
        assert ws.receive()["event_type"] == "bad_message"
        ws.ask({"type": "ping"})
        ws.until(lambda said: said == {"type": "pong"})


def test_the_subscription_can_change_at_any_time(address: str, tables: Client) -> None:
    with Socket(address) as ws:
        for name, other in (("Writer", "Coder"), ("Coder", "Writer")):
            ws.ask({"type": "subscribe", "agent_names": [name], "kinds": ["event"]})
            said = ws.receive()["subscription"]
            assert said == {**EARLIER, "agent_names": [name], "kinds": ["event"]}
            load(
                tables,
                [
                    record("agent-telemetry-events", event_id=f"{name}-{who}", agent_name=who)
                    for who in (other, name)
                ],
            )
            assert ws.receive()["event_id"] == f"{name}-{name}"


def test_filters_of_the_stream_of_events(address: str, tables: Client) -> None:
    query = "?severity=error&severity=critical&text=BROKEN&agent_name=writer&kind=event"
    with events(address, query) as stream:
        load(
            tables,
            [
                record(
                    "agent-telemetry-events",
                    event_id=f"{severity}-{text}",
                    severity=severity,
                    message=text,
                    agent_name="Writer",
                )
                for severity in ("info", "error")
                for text in ("fine", "it is broken")
            ],
        )
        assert next(e for e in stream if "data" in e)["data"]["event_id"] == "error-it is broken"


def test_two_clients_with_one_id_are_two(address: str, tables: Client) -> None:
    with Socket(address) as one, Socket(address) as two:
        load(tables, [message("both")])
        assert one.until(is_message("both"))
        assert two.until(is_message("both"))


def test_who_comes_back_to_another_process_misses_nothing(
    address: str, settings: Settings, tables: Client
) -> None:
    with Socket(address) as ws:
        load(tables, [message("before")])
        cursor = ws.until(is_message("before"))[-1]["cursor"]
    with events(address) as stream:
        load(tables, [message("then")])
        told = next(e for e in stream if e.get("data", {}).get("message_id") == "then")
        last_id = told.get("id") or next(e for e in stream if "id" in e)["id"]
    load(tables, [message(f"missed-{n}") for n in range(50)])
    expected = {f"missed-{n}" for n in range(50)} | {"after"}
    with served(settings) as other:
        with Socket(other, cursor) as ws, events(other, last_id=last_id) as stream:
            load(tables, [message("after")])
            said = ws.until(is_message("after"))
            heard: list[str] = []
            while "after" not in heard:
                heard.append(next(stream).get("data", {}).get("message_id"))
        assert expected | {"then"} <= {m.get("message_id") for m in said}
        assert expected <= set(heard)


def test_a_redelivered_past_is_not_live(address: str, tables: Client) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    times = [(now - timedelta(minutes=10 * n)).isoformat() for n in range(3)]
    past = [message(f"past-{n}", timestamp=time) for n, time in enumerate([*times, None])]
    with Socket(address) as ws:
        load(tables, past)
        late: dict[str, bool] = {}
        while len(late) < len(past):
            said = ws.receive()
            if said["kind"] == "message":
                late[said["message_id"]] = said.get("late", False)
    assert late == {"past-0": False, "past-1": True, "past-2": True, "past-3": False}
    with Socket(address) as ws:
        load(tables, past)
        load(tables, [message("new")])
        said_then = ws.until(is_message("new"))
    assert [m["message_id"] for m in said_then if m["kind"] == "message"] == ["new"]


def test_a_cursor_that_is_none_is_refused(address: str) -> None:
    refused = httpx.get(f"http://{address}/api/v1/events/stream?cursor=x", timeout=SECONDS)
    assert refused.status_code == 422
    with Socket(address, cursor="x") as ws:
        ws.ask({"type": "ping"})
        assert ws.receive() == {"type": "pong"}


def test_a_cursor_of_long_ago_is_told_the_earliest(address: str, tables: Client) -> None:
    load(tables, [message("earliest")])
    with events(address, "?cursor=MTAwLjA") as stream:  # 100.0
        gap = next(e for e in stream if "data" in e)
        assert (gap["event"], gap["data"]["left_out"]) == ("gap", None)
        query = f"?cursor={gap['data']['cursor']}"
        with events(address, query) as again:
            assert "kind" in next(e for e in again if "data" in e)["data"]


def test_a_slow_client_is_told_what_it_missed_and_slows_nobody(
    address: str, tables: Client
) -> None:
    count = 100
    with (
        socket.create_connection(("127.0.0.1", int(address.split(":")[1])), SECONDS) as slow,
        Socket(address) as fast,
    ):
        path = "/api/v1/events/stream?agent_name=flood"
        slow.sendall(f"GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
        assert slow.recv(20).startswith(b"HTTP/1.1 200")
        fast.ask({"type": "subscribe", "agent_names": ["flood"], "kinds": ["message"]})
        fast.until(lambda said: said.get("type") == "subscription_updated")
        for number in range(count // 10):
            load(
                tables,
                [
                    message(f"{number}-{n}", source_agent="flood", payload="x" * 130_000)
                    for n in range(10)
                ],
            )
        heard = [fast.receive()["message_id"] for _ in range(count)]
        assert len(set(heard)) == count
        read = bytearray()
        while b"event: gap\n" not in read[-2_000:] or not read.endswith(b"\n\n\r\n"):
            read += slow.recv(1 << 20)
    text = bytes(read)
    _, _, gap = text.partition(b'"left_out": ')
    left_out = int(gap[: gap.index(b",")])
    assert text.count(b'"kind": "message"') + left_out == count
    cursor = text.rpartition(b'"cursor": "')[2].partition(b'"')[0].decode()
    with events(address, f"?agent_name=flood&cursor={cursor}") as stream:
        ids = {e["data"]["row_id"] for e in islice((e for e in stream if "data" in e), left_out)}
    assert len(ids) == left_out


def test_streams_have_a_cap_and_rest_goes_on(settings: Settings, tables: Client) -> None:
    with served(settings, QUERY_LIVE_STREAMS="2") as small:
        url = f"http://{small}"

        def is_free() -> bool:
            load(tables, [message("next")])  # who has gone is found by what is sent
            health = httpx.get(f"{url}/health", timeout=SECONDS).json()
            return bool(health["active_connections"] == 0)

        with Socket(small), events(small):
            for _ in range(2):
                refused = httpx.get(f"{url}/api/v1/events/stream", timeout=SECONDS)
                assert refused.status_code == 503
                assert refused.headers["Content-Type"] == "application/problem+json"
                assert int(refused.headers["Retry-After"]) > 0
            refused = httpx.get(f"{url}/ws/debug/me", headers=HANDSHAKE, timeout=SECONDS)
            assert refused.status_code == 503
            health = httpx.get(f"{url}/health", timeout=SECONDS).json()
            assert health["active_connections"] == 2
        wait_until(is_free)
        with Socket(small), events(small):
            pass


def test_many_clients_hear_what_they_asked_for(settings: Settings, tables: Client) -> None:
    with served(settings, workers=2) as two:
        clients = [Socket(two).__enter__() for _ in range(60)]
        for number, ws in enumerate(clients):
            ws.ask({"type": "subscribe", "text": f'"for {number % 20}."'})
            ws.until(lambda said: said.get("type") == "subscription_updated")
        load(tables, [message(f"many-{n}", payload=f"for {n}.") for n in range(20)])
        for number, ws in enumerate(clients):
            assert (
                ws.until(lambda said: "message_id" in said)[-1]["payload"] == f"for {number % 20}."
            )
        for ws in clients:
            ws.__exit__()


def test_streams_end_with_the_service(settings: Settings) -> None:
    with ExitStack() as clients:
        with served(settings) as short:
            ws = Socket(short).__enter__()
            stream = clients.enter_context(events(short))
        assert not [event for event in stream if "data" in event]
        with pytest.raises(ConnectionClosed, match="1001"):
            ws.receive()


def test_a_plain_request_is_told_to_upgrade(address: str) -> None:
    answer = httpx.get(f"http://{address}/ws/debug/me", timeout=SECONDS)
    assert (answer.status_code, answer.headers["Upgrade"]) == (426, "websocket")
