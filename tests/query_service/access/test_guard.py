"""Who is let in, with which key, from where."""

import io

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse

from query_service.access.roles import Role, needed
from tests.query_service.access.keyed import OPERATOR, VIEWER, bearer, keyed_client
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase

UNKNOWN = "atk_" + "A" * 43
WEBSOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
# What is public, and what a viewer may send: it changes nothing.
OPEN = {"static", "swagger.static", "swagger.swagger", "swagger.oauth2-redirect", "openapi", "docs"}
OPEN |= {"health.health", "sql.sql", "trace_context.parse", "oracle.validate_document"}
READS = ["/api/v1/agents", "/api/v1/queues/x/pending", "/api/v1/otlp/nothing", "/nothing"]


@pytest.fixture
def web() -> FlaskClient:
    """A service with keys."""
    return keyed_client()


def _problem(answer: TestResponse, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None and answer.json["status"] == status
    return str(answer.json["detail"])


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer(UNKNOWN),
        {"X-API-Key": UNKNOWN},
        {"Authorization": f"Basic {VIEWER}"},
        {"Authorization": "Bearer"},
        {"Sec-WebSocket-Protocol": f"bearer.{VIEWER}"},
    ],
)
def test_nothing_is_read_without_a_known_key(
    web: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    answer = web.get(path, headers=headers)
    assert "Authorization: Bearer" in _problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("key", [VIEWER, OPERATOR], ids=["viewer", "operator"])
def test_both_headers_carry_a_key(web: FlaskClient, key: str) -> None:
    for headers in (bearer(key), {"X-API-Key": key}, {"Authorization": f"bearer  {key}"}):
        assert web.get("/api/v1/agents", headers=headers).status_code == 200
        assert web.head("/api/v1/agents", headers=headers).status_code == 200


def test_a_key_in_the_address_is_none(web: FlaskClient) -> None:
    _problem(web.get(f"/api/v1/agents?key={VIEWER}&access_token={VIEWER}"), 401)


def test_a_viewer_does_not_act(web: FlaskClient) -> None:
    detail = _problem(web.post("/api/v1/debug/simulate-trace", headers=bearer(VIEWER)), 403)
    assert "operator" in detail
    assert web.post("/api/v1/otlp/flush", headers=bearer(OPERATOR)).status_code == 410


def test_a_viewer_asks_by_sql(web: FlaskClient) -> None:
    headers = bearer(VIEWER)
    assert web.post("/api/v1/sql", headers=headers, json={"query": ""}).status_code == 422
    _problem(web.post("/api/v1/sql", json={"query": "SELECT 1"}), 401)


@pytest.mark.parametrize("path", ["/openapi.json", "/docs/swagger"])
def test_what_tells_nothing_is_open(web: FlaskClient, path: str) -> None:
    assert web.get(path).status_code == 200


def test_unknown_paths_tell_a_viewer_so(web: FlaskClient) -> None:
    _problem(web.post("/nothing", headers=bearer(VIEWER)), 404)
    _problem(web.delete("/api/v1/agents", headers=bearer(VIEWER)), 405)


def test_a_websocket_has_its_key_in_a_subprotocol(web: FlaskClient) -> None:
    headers = WEBSOCKET | {"Sec-WebSocket-Protocol": f"agent-telemetry, bearer.{VIEWER}"}
    assert web.get("/ws/nothing", headers=headers).status_code == 404
    assert web.get("/ws/nothing", headers=WEBSOCKET).status_code == 401


def test_on_loopback_without_keys_all_is_open() -> None:
    web = client(FakeDatabase())
    assert web.get("/api/v1/agents").status_code == 200
    assert web.post("/api/v1/otlp/flush").status_code == 410
    for base in ("http://127.0.0.1:8080", "http://[::1]:8080", "http://query.localhost"):
        assert web.get("/api/v1/agents", base_url=base).status_code == 200


@pytest.mark.parametrize("address", ["10.1.2.3", "2001:db8::1", "::ffff:10.1.2.3"])
def test_without_keys_another_machine_is_refused(address: str) -> None:
    web = client(FakeDatabase())
    answer = web.get("/api/v1/agents", environ_base={"REMOTE_ADDR": address})
    assert "QUERY_KEYS_FILE" in _problem(answer, 403)
    assert web.get("/openapi.json", environ_base={"REMOTE_ADDR": address}).status_code == 200


def test_a_unix_socket_has_no_address() -> None:
    web = client(FakeDatabase())
    proxied = {"REMOTE_ADDR": ""}
    answer = web.get("/api/v1/agents", environ_base=proxied, base_url="https://telemetry.example")
    assert answer.status_code == 200


def test_without_keys_the_name_of_another_site_is_refused() -> None:
    for base in ("http://evil.example", "http://evil.example:8080", "http://10.0.0.1"):
        _problem(client(FakeDatabase()).get("/api/v1/agents", base_url=base), 403)
    assert keyed_client().get(
        "/api/v1/agents", base_url="http://telemetry.example", headers=bearer(VIEWER)
    )


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://notlocalhost", "//["]
)
def test_pages_of_another_origin_neither_act_nor_open_websockets(origin: str) -> None:
    web = client(FakeDatabase())
    headers = {"Origin": origin}
    _problem(web.post("/api/v1/otlp/flush", headers=headers), 403)
    _problem(web.get("/ws/nothing", headers=WEBSOCKET | headers), 403)
    assert web.get("/api/v1/agents", headers=headers).status_code == 200  # not shown to the page


def test_our_own_page_and_named_ones_act() -> None:
    web = keyed_client(query_cors_origins="https://console.example")
    for origin in ("http://localhost", "https://console.example"):
        headers = bearer(OPERATOR) | {"Origin": origin}
        assert web.post("/api/v1/otlp/flush", headers=headers).status_code == 410


def test_a_body_that_is_too_large_is_refused() -> None:
    web = keyed_client(query_max_body_bytes=100)
    long = {"query": "SELECT 1", "comment": "x" * 100}
    assert "100 bytes" in _problem(web.post("/api/v1/sql", headers=bearer(VIEWER), json=long), 413)
    _problem(web.post("/api/v1/sql", json=long), 401)
    just = '{"query": ""}'.ljust(100)
    headers = bearer(VIEWER) | {"Content-Type": "application/json"}
    assert web.post("/api/v1/sql", headers=headers, data=just).status_code == 422


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_whatever_does_not_only_read_is_for_operators(web: FlaskClient, method: str) -> None:
    for endpoint in web.application.view_functions:
        if endpoint not in OPEN:
            assert needed(web.application, endpoint, method) is Role.OPERATOR, endpoint


def test_a_large_body_of_unknown_length_is_refused() -> None:
    web = keyed_client(query_max_body_bytes=100)
    builder = EnvironBuilder(
        "/api/v1/sql",
        method="POST",
        headers=Headers(bearer(VIEWER)),
        input_stream=io.BytesIO(b'{"query": "SELECT 1"}' + b" " * 1000),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "REMOTE_ADDR": "127.0.0.1"},
    )
    environ = builder.get_environ()
    environ.pop("CONTENT_LENGTH", None)
    _problem(web.open(environ), 413)
