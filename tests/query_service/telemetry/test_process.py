"""The service as it is run: what it sends to the Collector, and what it never tells."""

import json
import re
import socket
from pathlib import Path

import httpx

from tests.ports import free_port
from tests.query_service.access.keyed import LINES, OPERATOR, VIEWER, bearer
from tests.query_service.served import SECONDS, served
from tests.query_service.telemetry.stub import Stub, stub
from tests.waiting import wait_until

SECRET = "prompt-4711"
OFTEN = {"OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_BLRP_SCHEDULE_DELAY": "100"}


def _environment(server: Stub) -> dict[str, str]:
    return OFTEN | {
        "QUERY_KEYS": LINES,
        "CLICKHOUSE_URL": server.url,
        "CLICKHOUSE_READER_URL": server.url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
        "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}",
    }


def _sent(server: Stub, path: str, what: bytes) -> bool:
    return any(what in body for body in server.bodies[path])


def _send_secrets(client: httpx.Client) -> set[int]:
    """Send the secret wherever something can be sent; the statuses of the answers."""
    viewer, operator = bearer(VIEWER), bearer(OPERATOR)
    named = {"X-Anything": SECRET, "Cookie": f"a={SECRET}", "Referer": f"http://{SECRET}"}
    answers = [
        client.get("/api/v1/agents", headers=bearer(f"atk_{SECRET}")),
        client.get("/api/v1/agents", headers={"X-API-Key": SECRET}),
        client.get(f"/api/v1/agents?key={VIEWER}&q={SECRET}", headers=viewer | named),
        client.get(f"/api/v1/events?agent_name={SECRET}&trace_id={SECRET}", headers=viewer),
        client.get(f"/api/v1/errors?at={SECRET}", headers=viewer),
        client.get(f"/api/v1/errors/{SECRET}", headers=viewer),
        client.get(f"/{SECRET}", headers=viewer),
        client.post("/api/v1/sql", headers=viewer, json={"query": f"SELECT '{SECRET}'"}),
        client.post("/api/v1/sql", headers=viewer, json={"query": "SELECT 1", SECRET: SECRET}),
        client.post("/api/v1/debug/inject-event", headers=viewer, json={"message": SECRET}),
        client.post("/api/v1/debug/inject-event", headers=operator, json={"message": SECRET}),
        client.post("/api/v1/debug/inject-event", headers=operator, content=SECRET + "{"),
    ]
    for broken in (f"GET /{SECRET} {SECRET}\r\n\r\n", f"GET / HTTP/1.1\r\nA b: {SECRET}\r\n\r\n"):
        with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as raw:
            raw.sendall(broken.encode())
            assert b" 400 " in raw.recv(1000)
    return {answer.status_code for answer in answers}


def test_keys_prompts_and_payloads_are_nowhere(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub() as server:
        with served(log, **_environment(server)) as client:
            assert {401, 403, 404, 422} <= _send_secrets(client)
            figures = client.get("/metrics", headers=bearer(VIEWER)).text
            wait_until(lambda: _sent(server, "/v1/traces", b"GET /api/v1/errors/"), SECONDS)
            wait_until(lambda: _sent(server, "/v1/logs", b"inject-event"), SECONDS)
        sent = b"".join(server.bodies["/v1/traces"] + server.bodies["/v1/logs"])
        assert _sent(server, "/", b"SELECT 'prompt"), "statements reach ClickHouse"
        assert _sent(server, "/", f"param_agent={SECRET}".encode()), "and so do parameters"
    said = log.read_text()
    for told in (said, figures, sent.decode(errors="replace")):
        for hidden in (SECRET, VIEWER, OPERATOR):
            assert hidden not in told
    lines = [json.loads(line) for line in said.splitlines()]
    audited = [line for line in lines if line["message"] == "audit"]
    assert {line["who"] for line in audited} == {"ci", "ann@example.org"}
    assert [line for line in lines if line["logger"] == "gunicorn.error"]
    assert [line for line in lines if "failed" in line["message"] and line["error"]]


def test_all_processes_share_their_figures(tmp_path: Path) -> None:
    with stub() as server, served(tmp_path / "log", **_environment(server)) as client:
        for _ in range(20):
            with httpx.Client(base_url=client.base_url, trust_env=False, timeout=SECONDS) as other:
                assert other.get("/api/v1/trace-context/create").status_code == 401
        figures = client.get("/metrics", headers=bearer(VIEWER)).text
    counted = re.search(r'count\{.*trace-context/create",status="401"\} (\S+)', figures)
    assert counted is not None and float(counted[1]) == 20
    assert "agent_telemetry_requests_in_progress 1.0" in figures


def test_a_collector_that_hangs_holds_nobody(tmp_path: Path) -> None:
    with stub() as server:
        server.hangs = "/v1/"
        with served(tmp_path / "log", **_environment(server)) as client:
            for _ in range(100):
                answer = client.get("/api/v1/trace-context/create", headers=bearer(VIEWER))
                assert answer.status_code == 200
            wait_until(lambda: server.bodies["/v1/traces"], SECONDS)
            assert client.get("/openapi.json").status_code == 200
        assert not server.over.is_set(), "it ended while the Collector still hung"


def test_it_sends_no_spans_when_it_is_told_so(tmp_path: Path) -> None:
    with stub() as server:
        environment = _environment(server) | {"QUERY_TRACES": "false"}
        with served(tmp_path / "log", **environment) as client:
            client.post("/api/v1/otlp/flush", headers=bearer(OPERATOR))
            wait_until(lambda: _sent(server, "/v1/logs", b"flush"), SECONDS)
        assert not server.bodies["/v1/traces"]
    assert '"audit"' in (tmp_path / "log").read_text()
