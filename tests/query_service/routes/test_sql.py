"""/api/v1/sql reads the tables, whatever the statement, and says what it left out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from clickhouse.migrate import split
from query_service.app import create_app
from query_service.settings import Settings
from tests.ports import free_port
from tests.query_service.checked_client import CheckedClient
from tests.query_service.client import client as scripted
from tests.query_service.fake_database import FakeDatabase

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests/clickhouse/embedded"
SECRET = "the canary sings"


def corpus(name: str) -> list[str]:
    """The statements of a corpus that need nothing beside themselves."""
    cases = [json.loads(line) for line in (CORPUS / name).read_text().splitlines()]
    return [case["sql"] for case in cases if not case.keys() & {"params", "settings", "database"}]


@contextmanager
def made(url: str, user: str) -> Iterator[Any]:
    """A client of a service that asks as `user`."""
    app = create_app(Settings(clickhouse_reader_url=url.replace("//", f"//{user}@")))
    app.test_client_class = CheckedClient
    yield app.test_client()
    app.extensions["agent_telemetry"].reader.close()


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("canary")
    (folder / "secret.txt").write_text(SECRET)
    return folder


@pytest.fixture(scope="module")
def web(embedded_clickhouse: str) -> Iterator[Any]:
    setup = [
        "CREATE TABLE canary (a UInt8, b String) ENGINE = ReplacingMergeTree ORDER BY a",
        "INSERT INTO canary VALUES (1, 'x')",
        "CREATE VIEW canary_of AS SELECT a FROM canary WHERE a >= {least:UInt8}",
    ]
    for statement in setup:
        httpx.post(embedded_clickhouse, content=statement).raise_for_status()
    with made(embedded_clickhouse, "reader") as client:
        yield client
    for statement in ("DROP TABLE canary", "DROP VIEW canary_of"):
        httpx.post(embedded_clickhouse, content=statement).raise_for_status()


def ask(web: Any, query: str, status: int = 200, **more: Any) -> Any:
    answer = web.post("/api/v1/sql", json={"query": query, **more})
    assert answer.status_code == status, answer.text
    return answer.json


def test_rows_with_their_columns(web: Any) -> None:
    found = ask(web, "SELECT a, b, nan AS c FROM canary")
    names = [(column["name"], column["type"]) for column in found["columns"]]
    assert names == [("a", "UInt8"), ("b", "String"), ("c", "Float64")]
    assert (found["rows"], found["row_count"]) == ([[1, "x", None]], 1)
    assert (found["truncated"], found["truncated_why"]) == (False, None)


def test_more_rows_than_asked_for_are_left_out_and_it_says_so(web: Any) -> None:
    found = ask(web, "SELECT number FROM numbers(1000000000000)", limit=3)
    assert (found["rows"], found["truncated"]) == ([[0], [1], [2]], True)
    assert "3 rows" in found["truncated_why"]
    assert not ask(web, "SELECT number FROM numbers(3)", limit=3)["truncated"]


def test_more_bytes_than_an_answer_has_are_left_out_and_it_says_so(web: Any) -> None:
    found = ask(web, "SELECT repeat('x', 100000) FROM numbers(100)")
    assert 0 < found["row_count"] < 100
    assert "bytes" in found["truncated_why"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT", "Syntax error"),
        ("SELECT nothing FROM canary", "nothing"),
        ("SELECT 1; SELECT 2", "Syntax error"),
        ("SELECT 1 FORMAT CSV", "FORMAT"),
        ("SELECT 1 AS data FORMAT JSON", "FORMAT"),
        ("SELECT 1 SETTINGS max_threads = 8", "readonly"),
        ("DROP TABLE canary", "refused"),
        ("SELECT groupArray(number) FROM numbers(300000000)", "memory"),
        ("SELECT repeat('x', 1000000) FROM numbers(100)", "bytes"),
        ("SELECT '\0'", "NUL"),
        ("-- nothing", "Empty query"),
    ],
)
def test_what_clickhouse_refuses_is_422_with_its_message(web: Any, query: str, told: str) -> None:
    assert told.lower() in ask(web, query, status=422)["detail"].lower()


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "query"),
        ({"query": ""}, "query"),
        ({"query": 5}, "query"),
        ({"query": "SELECT '\ud800'"}, "query"),
        ({"query": "x" * (256 * 1024 + 1)}, "query"),
        ({"query": "SELECT 1", "limit": 0}, "limit"),
        ({"query": "SELECT 1", "limit": 5001}, "limit"),
        ({"query": "SELECT 1", "readonly": 0}, "readonly"),
        ([], "body"),
    ],
)
def test_a_bad_body_is_422_that_names_what_is_wrong(body: Any, parameter: str) -> None:
    answer = scripted(FakeDatabase()).post("/api/v1/sql", json=body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert [error["parameter"] for error in answer.json["errors"]] == [parameter]


def test_no_json_is_422() -> None:
    answer = scripted(FakeDatabase()).post("/api/v1/sql", data="SELECT 1")
    assert answer.status_code == 422


@pytest.mark.parametrize("query", corpus("hostile.jsonl"), ids=lambda query: query[:60])
def test_hostile(web: Any, canary: Path, embedded_clickhouse: str, query: str) -> None:
    answer = ask(web, query.replace("/CANARY", str(canary)), status=422)
    assert SECRET not in str(answer)
    assert [path.name for path in canary.iterdir()] == ["secret.txt"]
    left = httpx.post(embedded_clickhouse, content="SELECT a, b FROM canary")
    assert left.text == "1\tx\n"


@pytest.mark.parametrize("query", corpus("innocent.jsonl"), ids=lambda query: query[:60])
def test_innocent(web: Any, query: str) -> None:
    answer = web.post("/api/v1/sql", json={"query": query})
    assert answer.status_code == 200 or "FORMAT" in query, answer.text


def test_a_long_statement(web: Any) -> None:
    assert ask(web, f"SELECT 1 /* {'x' * 200_000} */")["rows"] == [[1]]


def test_not_as_a_user_who_may_write(embedded_clickhouse: str) -> None:
    with made(embedded_clickhouse, "default") as web:
        problem = ask(web, "SELECT 1", status=503)
    assert "CLICKHOUSE_READER_URL" in problem["detail"]


def test_not_as_a_user_whom_nobody_knows(embedded_clickhouse: str) -> None:
    with made(embedded_clickhouse, "nobody") as web:
        problem = ask(web, "SELECT 1", status=503)
    assert "CLICKHOUSE_READER_URL" in problem["detail"]


def test_a_proxy_of_the_environment_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, embedded_clickhouse: str
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with made(embedded_clickhouse, "reader") as web:
        assert ask(web, "SELECT 1")["rows"] == [[1]]


def test_without_clickhouse_it_is_503() -> None:
    with made(f"http://127.0.0.1:{free_port()}", "reader") as web:
        ask(web, "SELECT 1", status=503)


def test_the_user_for_a_real_server_is_valid_sql(embedded_clickhouse: str) -> None:
    for statement in split((ROOT / "clickhouse/reader.sql").read_text()):
        quoted = statement.replace("'", "''")
        answer = httpx.post(embedded_clickhouse, content=f"SELECT formatQuery('{quoted}')")
        assert answer.status_code == 200, answer.text
