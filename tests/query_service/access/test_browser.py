"""What browsers are told."""

import pytest

from query_service.settings import Settings
from tests.query_service.access.keyed import VIEWER, bearer, keyed_client
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase

CONSOLE = "https://console.example:8443"
ASKING = {
    "Origin": CONSOLE,
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization",
}


def test_no_other_page_reads_answers_by_default() -> None:
    web = client(FakeDatabase())
    for answer in (
        web.get("/api/v1/agents", headers={"Origin": CONSOLE}),
        web.options("/api/v1/agents", headers=ASKING),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_named_page_reads_answers() -> None:
    web = keyed_client(query_cors_origins=f"https://other.example, {CONSOLE}")
    asked = web.options("/api/v1/agents", headers=ASKING)
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == CONSOLE
    assert asked.headers["Access-Control-Allow-Headers"].lower() == "authorization"
    for headers, status in (({}, 401), (bearer(VIEWER), 200)):
        answer = web.get("/api/v1/agents", headers={"Origin": CONSOLE} | headers)
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == CONSOLE
        assert "Access-Control-Allow-Credentials" not in answer.headers
    foreign = web.get("/api/v1/agents", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in foreign.headers


@pytest.mark.parametrize(
    "origins", ["*", "console.example", "https://console.example/", "https://.*", "null"]
)
def test_what_is_no_origin_is_refused(origins: str) -> None:
    with pytest.raises(ValueError, match="https://host"):
        Settings(query_cors_origins=origins)


@pytest.mark.parametrize("path", ["/api/v1/agents", "/nothing", "/openapi.json", "/docs/swagger"])
def test_headers_of_every_answer(path: str) -> None:
    answer = client(FakeDatabase()).get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert ("script-src" in policy) == (path == "/docs/swagger")
    assert ("no-store" in answer.headers.get("Cache-Control", "")) == (path != "/docs/swagger")
