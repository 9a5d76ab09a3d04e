"""Whatever stands in a parameter: no 5xx, and the statement stays the one of its file."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from clickhouse_connect.driver.client import Client
from flask.testing import FlaskClient

from query_service.document import Operation, operations
from tests.query_service.checked_client import CheckedClient, document
from tests.query_service.whole_service import whole_service

MARK = "h0stile"
TEXTS = [
    f"{MARK}\\",
    f"{MARK}'\"`",
    f"{MARK}' OR '1'='1",
    f"{MARK}'; DROP TABLE events; --",
    f"{MARK}') UNION ALL SELECT 1 --",
    f"{MARK}/*",
    f"{MARK} SETTINGS readonly = 0",
    f"{MARK} FORMAT CSV",
    f"{MARK} INTO OUTFILE '/tmp/x'",
    f"{{{MARK}:String}}",
    f"%({MARK})s %s {{}} {{0}}",
    f"{MARK}\n\t\r",
    f"{MARK}é漢🙂\u202e\u0000\ufffe",
    f"../../{MARK}",
    MARK * 14_500,  # 100 kB
    "",
    "null",
    "-1",
    "1e309",
    "9" * 400,
    "NaN",
    "[]",
    "2026-11-22T12:00:00+99:99",
    "-999999999d",
]
# Bytes that are no UTF-8: of a surrogate, and others.
VALUES = [quote(text, safe="") for text in TEXTS] + ["%ED%A0%80", "%FF%FE", "%C3%28", "%00"]
FEW = [quote(text, safe="") for text in (f"{MARK}'; --", f"{MARK}\0", MARK * 14_500, "")]
LEFT_OUT = ("/api/v1/debug/", "/health", "/api/v1/events/stream")  # need Kafka, or never end
OPERATIONS = {
    f"{o.method} {o.path}": o for o in operations(document()) if not o.path.startswith(LEFT_OUT)
}


@pytest.fixture(scope="module")
def web(embedded_clickhouse: str) -> Iterator[FlaskClient]:
    """A client of the service over recorded traffic."""
    with whole_service(embedded_clickhouse) as app:
        app.test_client_class = CheckedClient
        yield app.test_client()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that the database is sent."""
    seen: list[str] = []
    query = Client.query

    def watched(self: Client, text: str, *args: Any, **kwargs: Any) -> Any:
        seen.append(text)
        return query(self, text, *args, **kwargs)

    monkeypatch.setattr(Client, "query", watched)
    return seen


def _takes_text(parameter: dict[str, Any]) -> bool:
    schema = parameter["schema"]
    return schema.get("type") == "string" and "enum" not in schema and "pattern" not in schema


def _urls(operation: Operation) -> Iterator[str]:
    """URLs with a value in the path, in all parameters that take any text, in each parameter."""
    names = [p["name"] for p in operation.parameters if p["in"] == "path"]
    filled = operation.path
    for name in names:
        filled = filled.replace(f"{{{name}}}", "x")
    in_query = [p for p in operation.parameters if p["in"] == "query"]
    short = "&limit=1" if "limit" in (p["name"] for p in in_query) else ""
    texts = [p["name"] for p in in_query if _takes_text(p)]
    for value in VALUES:
        if names:
            path = operation.path
            for name in names:
                path = path.replace(f"{{{name}}}", value)
            yield f"{path}?{short}"
        if texts:
            yield f"{filled}?{'&'.join(f'{name}={value}' for name in texts)}{short}"
    for parameter in in_query:
        for value in FEW if _takes_text(parameter) else VALUES:
            yield f"{filled}?{parameter['name']}={value}{short}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_value_breaks_out(web: FlaskClient, statements: list[str], name: str) -> None:
    operation = OPERATIONS[name]
    is_post = "requestBody" in operation.body
    body = {"query": "SELECT 1", "traceparent": ""} if is_post else None
    for url in _urls(operation):
        answer = web.open(url, method=operation.method.upper(), json=body)
        assert answer.status_code < 500 or answer.status_code == 501, url[:200]
    assert not [text for text in statements if MARK in text]


def test_statements_are_watched(web: FlaskClient, statements: list[str]) -> None:
    web.get(f"/api/v1/events?trace_id={MARK}")
    assert statements


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:30])
def test_no_body_breaks_out(web: FlaskClient, text: str) -> None:
    for path, field in (("sql", "query"), ("sql", "limit"), ("trace-context/parse", "traceparent")):
        for value in (text, [text], {text: text}, None):
            answer = web.post(f"/api/v1/{path}", json={"query": "SELECT 1", field: value})
            assert answer.status_code < 500
