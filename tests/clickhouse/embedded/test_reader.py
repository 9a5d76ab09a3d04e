"""The user reader, through HTTP: hostile statements are refused, innocent ones answered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import clickhouse_connect
import httpx
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

HERE = Path(__file__).parent
SECRET = "the canary sings"
SETUP = """
CREATE DATABASE IF NOT EXISTS other ENGINE = Atomic;
CREATE TABLE other.canary (a UInt8) ENGINE = MergeTree ORDER BY a;
CREATE TABLE canary (a UInt8, b String) ENGINE = ReplacingMergeTree ORDER BY a;
INSERT INTO canary VALUES (1, 'x');
CREATE VIEW canary_of AS SELECT a FROM canary WHERE a >= {least:UInt8}
"""


def corpus(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text().splitlines()]


@pytest.fixture(scope="module")
def client(embedded_clickhouse: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=embedded_clickhouse, timeout=60) as client:
        for statement in SETUP.split(";"):
            assert client.post("/", content=statement).status_code == 200
        yield client
        client.post("/", content="DROP DATABASE other").raise_for_status()
        client.post("/", content="DROP TABLE canary").raise_for_status()
        client.post("/", content="DROP VIEW canary_of").raise_for_status()


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text(SECRET)
    return tmp_path


def read(client: httpx.Client, case: dict[str, Any], canary: Path) -> httpx.Response:
    params = {f"param_{name}": value for name, value in case.get("params", {}).items()}
    query = {"user": "reader", "database": case.get("database", "")}
    return client.post(
        "/",
        params=json.loads(
            json.dumps(query | params | case.get("settings", {})).replace("/CANARY", str(canary))
        ),
        content=case["sql"].replace("/CANARY", str(canary)).encode(),
    )


@pytest.mark.parametrize("case", corpus("hostile.jsonl"), ids=lambda case: case["sql"][:60])
def test_hostile(client: httpx.Client, canary: Path, case: dict[str, Any]) -> None:
    answer = read(client, case, canary)
    assert 400 <= answer.status_code < 500, answer.text
    assert "DB::Exception" in answer.text
    assert SECRET not in answer.text
    assert [path.name for path in canary.iterdir()] == ["secret.txt"]
    assert (canary / "secret.txt").read_text() == SECRET
    assert client.post("/", content="SELECT a, b FROM canary").text == "1\tx\n"


@pytest.mark.parametrize("case", corpus("innocent.jsonl"), ids=lambda case: case["sql"][:60])
def test_innocent(client: httpx.Client, canary: Path, case: dict[str, Any]) -> None:
    answer = read(client, case, canary)
    assert answer.status_code == 200, answer.text


def test_the_corpora_are_large() -> None:
    assert len(corpus("hostile.jsonl")) >= 120
    assert len(corpus("innocent.jsonl")) >= 40


def test_the_canary_can_be_read_by_a_user_who_may(client: httpx.Client, canary: Path) -> None:
    """Else the corpus would prove nothing."""
    sql = f"SELECT * FROM file('{canary}/secret.txt', 'RawBLOB')"
    assert SECRET in client.post("/", content=sql).text


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT number FROM numbers(10001)", "396"),
        ("SELECT repeat('x', 1000000) FROM numbers(100)", "307"),
        ("SELECT length(range(number + 400000000)) FROM numbers(1)", "241"),
        ("SELECT count() FROM numbers(2000000000) WHERE sipHash64(number) = 0", "158"),
    ],
)
def test_limits(client: httpx.Client, sql: str, code: str) -> None:
    answer = client.post("/", params={"user": "reader"}, content=sql)
    assert answer.headers["X-ClickHouse-Exception-Code"] == code, answer.text


def test_a_time_limit_that_the_client_lowered(client: httpx.Client) -> None:
    answer = client.post(
        "/",
        params={"user": "reader", "max_execution_time": "1"},
        content="SELECT sum(sipHash64(sipHash64(number))) FROM numbers(999999999)",
    )
    assert (answer.status_code, answer.headers["X-ClickHouse-Exception-Code"]) == (408, "159")


def test_clickhouse_connect_as_reader(client: httpx.Client) -> None:
    reader = clickhouse_connect.get_client(
        host="127.0.0.1", port=client.base_url.port, username="reader"
    )
    assert reader.query("SELECT a FROM canary WHERE b = {b:String}", {"b": "x"}).result_rows == [
        (1,)
    ]
    with pytest.raises(DatabaseError, match="may only read"):
        reader.insert("canary", [[2, "y"]], column_names=["a", "b"])
    reader.close()
