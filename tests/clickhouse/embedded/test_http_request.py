import gzip
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType

import pytest
from backports import zstd
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from clickhouse.embedded.compression import lz4
from clickhouse.embedded.errors import ClickHouseError
from clickhouse.embedded.http_request import Query, parse

LIMIT = 10_000


def ask(
    url: str = "/",
    body: bytes = b"",
    headers: Mapping[str, str] = MappingProxyType({}),
    auth: tuple[str, str] | None = None,
) -> Query:
    builder = EnvironBuilder(
        url, method="POST", input_stream=BytesIO(body), content_length=len(body),
        headers=list(headers.items()), auth=auth,
    )  # fmt: skip
    return parse(Request(builder.get_environ()), LIMIT)


def test_statement_in_the_body() -> None:
    assert ask(body=b"SELECT 1").text == "SELECT 1"


def test_statement_begins_in_the_url_and_goes_on_in_the_body() -> None:
    assert ask("/?query=SELECT+1,", b"2").text == "SELECT 1,\n2"


def test_data_in_the_body() -> None:
    query = ask("/?query=INSERT+INTO+t+FORMAT+CSV", b"1,2\n")
    assert query.insert is not None
    assert (query.insert.format, b"".join(query.data)) == ("CSV", b"1,2\n")


def test_statement_and_data_in_the_body() -> None:
    query = ask(body=b"INSERT INTO t FORMAT CSV\n1,2\n")
    assert query.insert is not None
    assert b"".join(query.data) == b"1,2\n"


PACKERS = [("gzip", gzip.compress), ("zstd", zstd.compress), ("lz4", lz4.compress)]


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_packed_body(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    query = ask(body=pack(b"SELECT 1"), headers={"Content-Encoding": encoding})
    assert query.text == "SELECT 1"


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_a_small_body_that_unpacks_to_a_large_one_is_refused(
    encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(ClickHouseError) as refused:
        ask(body=pack(b"x" * 1_000_000), headers={"Content-Encoding": encoding})
    assert refused.value.status == 413


def test_a_large_body_is_refused_unread() -> None:
    with pytest.raises(ClickHouseError) as refused:
        ask(body=b"x" * (LIMIT + 1))
    assert refused.value.status == 413


@pytest.mark.parametrize(
    ("body", "encoding"), [(b"no", "gzip"), (gzip.compress(b"SELECT 1")[:-4], "gzip"), (b"x", "br")]
)
def test_a_broken_or_unknown_encoding_is_refused(body: bytes, encoding: str) -> None:
    with pytest.raises(ClickHouseError) as refused:
        ask(body=body, headers={"Content-Encoding": encoding})
    assert refused.value.status == 400


def test_where_credentials_come_from() -> None:
    assert (ask(body=b"x").user, ask(body=b"x").password) == ("default", "")
    url = ask("/?user=a&password=b", b"x")
    assert (url.user, url.password) == ("a", "b")
    basic = ask("/?user=a", b"x", auth=("c", "d"))
    assert (basic.user, basic.password) == ("c", "d")
    header = ask("/", b"x", {"X-ClickHouse-User": "e", "X-ClickHouse-Key": "f"})
    assert (header.user, header.password) == ("e", "f")


def test_parameters_settings_and_the_interface_s_own_are_told_apart() -> None:
    query = ask("/?param_x=1&max_threads=3&session_id=s&query_id=q&database=d", b"SELECT 1")
    assert query.params == {"x": "1"}
    assert query.settings == {"max_threads": "3"}
    assert (query.query_id, query.database) == ("q", "d")


def test_output_format() -> None:
    assert ask("/", b"SELECT 1").output == "TabSeparated"
    assert ask("/?default_format=JSON", b"SELECT 1").output == "JSON"
    assert ask("/?default_format=JSON", b"SELECT 1", {"X-ClickHouse-Format": "CSV"}).output == "CSV"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/?default_format=DataFrame", 400),
        ("/?default_format=A%20B", 400),
        ("/?client_protocol_version=x", 400),
        ("/?a%20=1", 400),
        ("/?readonly%3D0,x=1", 400),
        ("/?compress=1", 501),
    ],
)
def test_what_is_refused(url: str, status: int) -> None:
    with pytest.raises(ClickHouseError) as refused:
        ask(url, b"SELECT 1")
    assert refused.value.status == status


@pytest.mark.parametrize("body", [b"", b"  \n", b"SELECT '\xff'"])
def test_no_statement(body: bytes) -> None:
    with pytest.raises(ClickHouseError) as refused:
        ask(body=body)
    assert refused.value.code == 62
