"""What an HTTP request asks: user, database, settings, parameters, statement and data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from werkzeug.wrappers import Request

from clickhouse.embedded.compression import pieces
from clickhouse.embedded.errors import (
    BAD_REQUEST_PARAMETER,
    NOT_IMPLEMENTED,
    QUERY_IS_TOO_LARGE,
    SYNTAX_ERROR,
    ClickHouseError,
)
from clickhouse.embedded.settings import MIB
from clickhouse.embedded.statement import DataInsert, data_insert

MAX_QUERY_BYTES = 16 * MIB
"""A statement without the data behind it: chDB takes it as one string."""

# Parameters of the HTTP interface itself, and those that only steer its streaming.
_TRANSPORT = frozenset(
    {"query", "database", "default_format", "query_id", "user", "password", "quota_key", "role",
     "session_id", "session_timeout", "session_check", "wait_end_of_query", "buffer_size",
     "client_protocol_version", "compress", "decompress", "enable_http_compression",
     "http_zlib_compression_level", "send_progress_in_http_headers",
     "http_headers_progress_interval_ms", "cancel_http_readonly_queries_on_client_close",
     "add_http_cors_header", "http_wait_end_of_query"}
)  # fmt: skip
_SETTING = re.compile(r"[a-z][a-z0-9_]*")
# Formats by which chDB's Python layer would answer with objects in place of bytes.
_OBJECTS = frozenset({"arrowtable", "dataframe", "datastore"})


@dataclass(frozen=True)
class Query:
    """One request, taken apart.

    `data` is there for an INSERT with data behind it (`insert`); else `text` is the statement.
    """

    user: str
    password: str
    database: str
    output: str
    settings: dict[str, str]
    params: dict[str, str]
    query_id: str
    protocol: int
    compress: bool
    text: str
    insert: DataInsert | None
    data: Iterator[bytes]


def parse(request: Request, max_body: int) -> Query:
    """Take a request apart. Raises ClickHouseError for what cannot be understood."""
    arguments = request.args
    if arguments.get("compress") == "1" or arguments.get("decompress") == "1":
        raise ClickHouseError(
            NOT_IMPLEMENTED,
            "compressed Native blocks (compress=1, decompress=1) are not supported here: "
            "use compress=none, or HTTP compression (gzip)",
        )
    form = request.form if request.mimetype == "multipart/form-data" else {}
    given = {**dict(arguments.items()), **dict(form.items())}
    user, password = _credentials(request, given)
    body = iter(()) if form else _body(request, max_body)
    text, insert, data = _statement(given.get("query", ""), body)
    return Query(
        user=user,
        password=password,
        database=request.headers.get("X-ClickHouse-Database") or given.get("database", ""),
        output=_output(request, given),
        settings=_settings(given),
        params={k[len("param_") :]: v for k, v in given.items() if k.startswith("param_")},
        query_id=given.get("query_id", ""),
        protocol=_number(given.get("client_protocol_version", "0")),
        compress=given.get("enable_http_compression") in ("1", "true"),
        text=text,
        insert=insert,
        data=data,
    )


def _body(request: Request, max_body: int) -> Iterator[bytes]:
    if (request.content_length or 0) > max_body:
        raise ClickHouseError(QUERY_IS_TOO_LARGE, f"the body is larger than {max_body} bytes")
    return pieces(request.stream, request.headers.get("Content-Encoding", ""), max_body)


def _credentials(request: Request, given: dict[str, str]) -> tuple[str, str]:
    headers, basic = request.headers, request.authorization
    if "X-ClickHouse-User" in headers:
        return headers["X-ClickHouse-User"], headers.get("X-ClickHouse-Key", "")
    if basic is not None and basic.type == "basic":
        return basic.username or "default", basic.password or ""
    return given.get("user") or "default", given.get("password", "")


def _output(request: Request, given: dict[str, str]) -> str:
    output = request.headers.get("X-ClickHouse-Format") or given.get("default_format", "")
    if output.lower() in _OBJECTS or not re.fullmatch(r"\w*", output):
        raise ClickHouseError(BAD_REQUEST_PARAMETER, f"{output!r} is not an output format")
    return output or "TabSeparated"


def _settings(given: dict[str, str]) -> dict[str, str]:
    settings = {
        name: value
        for name, value in given.items()
        if name not in _TRANSPORT and not name.startswith("param_")
    }
    for name in settings:
        if not _SETTING.fullmatch(name):
            raise ClickHouseError(BAD_REQUEST_PARAMETER, f"{name!r} is not a setting")
    return settings


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ClickHouseError(BAD_REQUEST_PARAMETER, "client_protocol_version must be a number")
    return int(text)


def _statement(query: str, body: Iterator[bytes]) -> tuple[str, DataInsert | None, Iterator[bytes]]:
    """The statement stands in the URL, in the body, or begins in one and goes on in the other."""
    start = query.encode()
    if start and (insert := data_insert(start)):
        return "", insert, chain([start[insert.data_start :]], body)
    first = next(body, b"")
    start = start + b"\n" + first if query and first else start or first
    if insert := data_insert(start):
        return "", insert, chain([start[insert.data_start :]], body)
    whole = bytearray(start)
    for piece in body:
        whole += piece
        if len(whole) > MAX_QUERY_BYTES:
            raise ClickHouseError(
                QUERY_IS_TOO_LARGE, f"the statement is longer than {MAX_QUERY_BYTES} bytes"
            )
    try:
        text = whole.decode()
    except UnicodeDecodeError as error:
        raise ClickHouseError(SYNTAX_ERROR, f"the statement is not UTF-8: {error}") from None
    if not text.strip():
        raise ClickHouseError(SYNTAX_ERROR, "Empty query")
    return text, None, iter(())
