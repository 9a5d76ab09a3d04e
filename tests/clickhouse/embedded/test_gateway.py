"""Unmodified clients against a real gateway."""

import datetime
import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import clickhouse_connect
import httpx
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from clickhouse.embedded.engine import MOST_KEPT

ROW = [1, "x", {"k": "v"}, datetime.datetime(2026, 1, 2, 3, 4, 5), None, ["a", "b"], [7], ["y"]]
COLUMNS = ["id", "text", "attributes", "at", "maybe", "list", "nested.x", "nested.y"]


@pytest.fixture
def client(embedded_clickhouse: str) -> Iterator[Client]:
    client = clickhouse_connect.get_client(dsn=f"{embedded_clickhouse}/agent_telemetry")
    client.command("""
        CREATE TABLE things (id UInt64, text String, attributes Map(LowCardinality(String), String),
            at DateTime64(9), maybe Nullable(Float64), list Array(String),
            nested Nested(x UInt8, y String)) ENGINE = MergeTree ORDER BY id""")
    yield client
    client.command("DROP TABLE things")
    client.close()


@pytest.fixture
def http(embedded_clickhouse: str, client: Client) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=embedded_clickhouse, timeout=60) as http:
        yield http


def post(http: httpx.Client, body: str | bytes, **params: str) -> str:
    answer = http.post("/", params=params, content=body)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_clickhouse_connect_gets_back_what_it_inserted(client: Client) -> None:
    summary = client.insert("things", [ROW], column_names=COLUMNS)
    assert summary.written_rows == 1
    result = client.query("SELECT * FROM things")
    assert (list(result.column_names), list(result.result_rows[0])) == (COLUMNS, ROW)


def test_clickhouse_connect_parameters_streams_frames_and_settings(client: Client) -> None:
    client.insert("things", [[n, "it's\n\t\\"] for n in range(3000)], column_names=COLUMNS[:2])
    found = client.query("SELECT count() FROM things WHERE id < {n:UInt64}", {"n": 10})
    assert found.result_rows == [(10,)]
    found = client.query("SELECT count() FROM things WHERE text = {t:String}", {"t": "it's\n\t\\"})
    assert found.result_rows == [(3000,)]
    with client.query_rows_stream("SELECT id FROM things") as rows:
        assert sum(row[0] for row in rows) == sum(range(3000))
    assert client.query_np("SELECT id FROM things ORDER BY id LIMIT 2").tolist() == [[0], [1]]
    assert client.query_df("SELECT id FROM things").shape == (3000, 1)
    assert client.query_arrow("SELECT id FROM things").num_rows == 3000
    assert client.query("SELECT id FROM things LIMIT 0").column_names == ("id",)
    size = client.query("SELECT getSetting('max_block_size')", settings={"max_block_size": 77})
    assert size.result_rows == [(77,)]


def test_one_request_s_settings_do_not_reach_another(http: httpx.Client) -> None:
    asked = "SELECT getSetting('max_block_size'), currentDatabase()"
    before = post(http, asked)
    assert post(http, asked, max_block_size="7", database="system") == "7\tsystem\n"
    post(http, "SET max_block_size = 9")
    post(http, "USE system")
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: post(http, asked), range(64))) == {before}


def test_a_database_that_was_dropped_is_gone_for_kept_sessions_too(http: httpx.Client) -> None:
    asked = "SELECT currentDatabase()"
    for _ in range(2):
        post(http, "CREATE DATABASE short_lived ENGINE = Atomic")
        assert post(http, asked, database="short_lived") == "short_lived\n"
        post(http, "DROP DATABASE short_lived")
        answer = http.post("/?database=short_lived", content=asked)
        assert answer.headers["X-ClickHouse-Exception-Code"] == "81"


def test_kept_sessions_answer_with_the_settings_of_each_request(http: httpx.Client) -> None:
    asked = "-- a comment\n SELECT getSetting('max_block_size'), currentDatabase()"
    for size in (*range(1, MOST_KEPT + 5), 7, 7):
        for database in ("default", "system"):
            answer = post(http, asked, max_block_size=str(size), database=database)
            assert answer == f"{size}\t{database}\n"
    assert http.post("/?max_block_size=7", content="SELECT throwIf(1)").is_error
    assert post(http, asked, max_block_size="7").startswith("7\t")
    post(http, "CREATE TEMPORARY TABLE passing (a UInt8)", max_block_size="7")
    assert http.post("/?max_block_size=7", content="SELECT * FROM passing").is_error


def test_errors_carry_clickhouse_s_code(client: Client, http: httpx.Client) -> None:
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE"):
        client.query("SELECT * FROM missing")
    answer = http.post("/", content="SELEC 1")
    assert (answer.status_code, answer.headers["X-ClickHouse-Exception-Code"]) == (400, "62")
    assert answer.text.startswith("Code: 62. DB::Exception: ")


@pytest.mark.parametrize("output", ["TabSeparated", "CSV", "JSONEachRow", "JSON", "Pretty", "XML"])
def test_any_output_format_by_clause_parameter_and_header(http: httpx.Client, output: str) -> None:
    sql = "SELECT number AS n, 'a' AS b FROM numbers(2)"
    drop_times = slice(0, 60)
    clause = post(http, f"{sql} FORMAT {output}")[drop_times]
    assert clause == post(http, sql, default_format=output)[drop_times]
    header = http.post("/", content=sql, headers={"X-ClickHouse-Format": output})
    assert clause == header.text[drop_times]


def test_get_reads_and_does_not_write(http: httpx.Client) -> None:
    assert http.get("/", params={"query": "SELECT 1"}).text == "1\n"
    refused = http.get("/", params={"query": "DROP TABLE things"})
    assert (refused.status_code, "readonly" in refused.text) == (403, True)


def test_ping(http: httpx.Client) -> None:
    assert http.get("/ping").text == http.get("/").text == "Ok.\n"
    assert http.get("/elsewhere").status_code == 404
    assert http.put("/", content="SELECT 1").status_code == 405


def test_ways_to_insert(http: httpx.Client) -> None:
    post(http, "INSERT INTO things (id, text) VALUES (1, 'a;b'), (2, 'c')")
    post(http, "(3, 'd')", query="INSERT INTO things (id, text) VALUES")
    post(http, "4,e\n", query="INSERT INTO things (id, text) FORMAT CSV")
    post(http, 'INSERT INTO things (id, text) FORMAT JSONEachRow {"id": 5, "text": "f"}')
    post(http, "INSERT INTO things (id, text) SELECT 6, 'g'")
    packed = http.post(
        "/",
        params={"query": "INSERT INTO things (id, text) FORMAT CSV"},
        content=gzip.compress(b"7,h\n"),
        headers={"Content-Encoding": "gzip"},
    )
    assert packed.status_code == 200
    native = http.post("/?default_format=Native", content="SELECT toUInt64(8) AS id, 'i' AS text")
    post(http, b"INSERT INTO things (id, text) FORMAT Native\n" + native.content)
    rows = post(http, "SELECT id, text FROM things ORDER BY id FORMAT CSV")
    assert rows == '1,"a;b"\n2,"c"\n3,"d"\n4,"e"\n5,"f"\n6,"g"\n7,"h"\n8,"i"\n'


def test_an_insert_in_chunks(http: httpx.Client) -> None:
    lines = (b"%d,x\n" % n for n in range(50_000))
    answer = http.post(
        "/", params={"query": "INSERT INTO things (id, text) FORMAT CSV"}, content=lines
    )
    assert json.loads(answer.headers["X-ClickHouse-Summary"])["written_rows"] == "50000"
    assert post(http, "SELECT uniqExact(id) FROM things") == "50000\n"


def test_an_insert_that_does_not_parse_leaves_the_connection_usable(http: httpx.Client) -> None:
    for body in [b"no number", b"x" * 3_000_000]:
        answer = http.post(
            "/", params={"query": "INSERT INTO things (id) FORMAT CSV"}, content=body
        )
        assert answer.status_code == 400, answer.text
    assert post(http, "SELECT count() FROM things") == "0\n"


def test_parameters(http: httpx.Client) -> None:
    sql = "SELECT {text:String}, {number:UInt8}, {list:Array(String)}"
    answer = post(http, sql, param_text="it's", param_number="3", param_list="['a','b']")
    assert answer == "it\\'s\t3\t['a','b']\n"
    missing = http.post("/", content=sql)
    assert (missing.status_code, "text" in missing.text) == (400, True)


def test_several_statements_are_refused_as_a_server_does(http: httpx.Client) -> None:
    answer = http.post("/", content="SELECT 1; SELECT 2")
    assert (answer.status_code, answer.headers["X-ClickHouse-Exception-Code"]) == (400, "62")
    assert post(http, "SELECT ';';") == ";\n"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_answers_are_packed_when_asked(http: httpx.Client, encoding: str) -> None:
    answer = http.post(
        "/",
        params={"enable_http_compression": "1"},
        content="SELECT number FROM numbers(100000)",
        headers={"Accept-Encoding": encoding},
    )
    assert answer.headers["Content-Encoding"] == encoding
    assert int(answer.headers["Content-Length"]) < 400_000


def test_wrong_user_and_web_pages_are_refused(http: httpx.Client) -> None:
    assert http.post("/", content="SELECT 1", auth=("nobody", "x")).status_code == 403
    page = http.post("/", content="SELECT 1", headers={"Origin": "http://evil.example"})
    assert page.status_code == 403


def test_native_at_the_revision_of_a_go_client(http: httpx.Client) -> None:
    answer = http.post(
        "/",
        params={"default_format": "Native", "client_protocol_version": "54515"},
        content="SELECT toUInt8(7) AS a",
    )
    assert answer.content == b"\1\0\2\xff\xff\xff\xff\0" + b"\1\1\1a\5UInt8\0\7"


def test_a_long_query_does_not_hold_up_the_others(http: httpx.Client) -> None:
    with ThreadPoolExecutor(4) as pool:
        slow = pool.submit(
            post, http, "SELECT sum(sipHash64(sipHash64(number))) FROM numbers(100000000)"
        )
        quick = 0
        while not slow.done():
            assert post(http, "SELECT 1") == "1\n"
            quick += 1
        assert slow.result()
    assert quick > 5


@pytest.mark.parametrize(
    "broken",
    [
        "CREATE TABLE refusing (x Int64, CONSTRAINT c CHECK x != 5) ENGINE = MergeTree ORDER BY x",
        "CREATE MATERIALIZED VIEW throwing TO taken AS SELECT throwIf(x = 5) AS x FROM refusing",
    ],
)
def test_an_insert_that_is_not_written_is_an_error(http: httpx.Client, broken: str) -> None:
    for name in ("throwing", "refusing", "taken"):
        post(http, f"DROP TABLE IF EXISTS {name}")
    post(http, "CREATE TABLE taken (x Int64) ENGINE = MergeTree ORDER BY x")
    if "VIEW" in broken:
        post(http, "CREATE TABLE refusing (x Int64) ENGINE = MergeTree ORDER BY x")
    post(http, broken)
    insert = {"query": "INSERT INTO refusing FORMAT JSONEachRow"}
    assert http.post("/", params=insert, content='{"x": 5}').status_code >= 400
    assert http.post("/", params=insert, content='{"x": 4}').status_code == 200
    assert post(http, "SELECT count() FROM refusing WHERE x = 4") == "1\n"


def test_settings_of_an_insert_apply(http: httpx.Client) -> None:
    post(http, "CREATE OR REPLACE TABLE lenient (x Int64) ENGINE = MergeTree ORDER BY x")
    head = (
        "INSERT INTO lenient (x) SETTINGS input_format_skip_unknown_fields = {} FORMAT JSONEachRow"
    )
    row = '\n{"x": 1, "y": 2}'
    assert http.post("/", content=head.format(0) + row).status_code >= 400
    assert http.post("/", content=head.format(1) + row).status_code == 200
    assert post(http, "SELECT x FROM lenient") == "1\n"
