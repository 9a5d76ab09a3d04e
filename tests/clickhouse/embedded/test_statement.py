import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickhouse.embedded.statement import data_insert


@pytest.mark.parametrize(
    ("head", "rest", "data_format", "data"),
    [
        (b"INSERT INTO t (a, b) ", b"FORMAT Native\n\0\1", "Native", b"\0\1"),
        (b"insert into t ", b'format JSONEachRow {"a":1}', "JSONEachRow", b'{"a":1}'),
        (b"/* x */ INSERT INTO t ", b"FORMAT CSV\r\n1,2", "CSV", b"1,2"),
        (b"-- FORMAT x\nINSERT INTO `FORMAT` ", b"FORMAT CSV", "CSV", b""),
        (b"INSERT INTO format ", b"FORMAT CSV\n1", "CSV", b"1"),
        (b"INSERT INTO d.format (format, `values`) ", b"FORMAT CSV\n1", "CSV", b"1"),
        (b"INSERT INTO t SETTINGS a = 1 ", b"FORMAT CSV\n1", "CSV", b"1"),
    ],
)
def test_data_follows_the_format(head: bytes, rest: bytes, data_format: str, data: bytes) -> None:
    found = data_insert(head + rest)
    assert found is not None
    assert (found.head + found.settings, found.format) == (head.decode(), data_format)
    assert (head + rest)[found.data_start :] == data


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"SELECT 1 FORMAT CSV",
        b"INSERT INTO t VALUES (1, 'FORMAT CSV')",
        b"INSERT INTO t SELECT 1 FORMAT CSV",
        b"INSERT INTO t FROM INFILE 'x' FORMAT CSV",
        b"INSERT INTO t WITH x AS (SELECT 1) SELECT * FROM x",
        b"INSERT INTO t (a) -- FORMAT CSV",
        b"INSERT INTO t FORMAT",
    ],
)
def test_other_statements_are_left_whole(text: bytes) -> None:
    assert data_insert(text) is None


@given(st.binary(max_size=2000))
def test_any_data_comes_back_as_it_was(data: bytes) -> None:
    found = data_insert(b"INSERT INTO t (a) FORMAT Native\n" + data)
    assert found is not None
    assert (b"INSERT INTO t (a) FORMAT Native\n" + data)[found.data_start :] == data


@given(st.binary(max_size=300))
def test_any_bytes_are_taken(text: bytes) -> None:
    found = data_insert(text)
    assert found is None or text.lstrip()[:6].upper() != b"SELECT"
