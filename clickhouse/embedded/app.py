"""The WSGI application: ClickHouse's HTTP interface."""

import faulthandler
import json
import re
import signal
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import BaseFileLock
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Request, Response

from clickhouse.embedded import guard, guard_policy, native
from clickhouse.embedded.compression import compressed
from clickhouse.embedded.engine import Engine, Session
from clickhouse.embedded.errors import ACCESS_DENIED, TOO_MANY_BYTES, ClickHouseError
from clickhouse.embedded.http_request import Query, parse
from clickhouse.embedded.lock import own
from clickhouse.embedded.settings import Settings
from clickhouse.embedded.users import (
    READER,
    authenticate,
    default_settings,
    parser_settings,
    reader_settings,
)

_OWN_FORMAT = re.compile(r"\bFORMAT\s+\w+\s*;?\s*$", re.IGNORECASE)
_LEAVES_DATABASE = re.compile(r"\b(DROP|DETACH|RENAME)\s+DATABASE\b", re.I)
_SELECT = re.compile(r"(\s|--[^\n]*\n)*(SELECT|WITH)\b", re.IGNORECASE)
FATAL_SIGNALS = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT)
_CONTENT_TYPES = {
    "CSV": "text/csv; charset=UTF-8",
    "CSVWithNames": "text/csv; charset=UTF-8; header=present",
    "JSON": "application/json; charset=UTF-8",
    "JSONCompact": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
    "Native": "application/octet-stream",
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
}


def create_app(path: str) -> "Application":
    """Take the directory for this process and open it. Raises AlreadyOwned."""
    settings = Settings()
    lock = own(Path(path))
    engine = Engine(Path(path), settings.memory, settings.database, settings.fsync)
    _die_when_crashing()
    return Application(engine, settings, lock)


def _die_when_crashing() -> None:
    """Replace chDB's handlers of fatal signals: under them a crashed process hangs for ever."""
    for number in FATAL_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    faulthandler.enable()


class Application:
    """Answers queries from one engine; safe to call from many threads."""

    def __init__(self, engine: Engine, settings: Settings, lock: BaseFileLock) -> None:
        self._engine = engine
        self._settings = settings
        self._lock = lock
        with engine.session() as session:
            self._policy = guard_policy.load(session)

    def close(self) -> None:
        """Shut the engine down and let the directory go; after the last request."""
        self._engine.close()
        self._lock.release()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        bare = request.method in ("GET", "HEAD") and not request.query_string
        if request.path == "/ping" or (request.path == "/" and bare):
            return Response("Ok.\n", content_type="text/html; charset=UTF-8")
        if request.path != "/":
            return Response(f"There is no handle {request.path}\n", 404)
        if request.method not in ("GET", "POST"):
            return Response("Use GET or POST.\n", 405, headers={"Allow": "GET, POST"})
        try:
            _refuse_web_pages(request)
            query = parse(request, self._settings.max_body_bytes)
            return self._run(query, request)
        except ClickHouseError as error:
            return Response(
                error.text,
                error.status,
                content_type="text/plain; charset=UTF-8",
                headers={"X-ClickHouse-Exception-Code": str(error.code)},
            )
        except ClientDisconnected:
            return Response("The body ended early.\n", 400)

    def _run(self, query: Query, request: Request) -> Response:
        user = authenticate(self._settings, query.user, query.password)
        query_id = query.query_id or str(uuid.uuid4())
        if user == READER:
            with self._engine.session() as session:
                result = self._read(session, query)
                data: bytes = result.bytes()
        else:
            result, data = self._execute(query, request.method == "GET")
        if query.protocol and query.output == "Native" and not _OWN_FORMAT.search(query.text):
            data = native.at_revision(data, query.protocol)
        data, encoding = (
            compressed(data, request.headers.get("Accept-Encoding", ""))
            if query.compress
            else (data, "")
        )
        response = Response(data, content_type=_CONTENT_TYPES.get(query.output, "text/plain"))
        response.headers.update(
            {
                "X-ClickHouse-Query-Id": query_id,
                "X-ClickHouse-Format": query.output,
                "X-ClickHouse-Timezone": query.settings.get("session_timezone", "UTC"),
                "X-ClickHouse-Summary": _summary(result),
            }
        )
        if encoding:
            response.headers["Content-Encoding"] = encoding
        return response

    def _execute(self, query: Query, get: bool) -> tuple[Any, bytes]:
        database = query.database or self._settings.database
        asked = query.settings | ({"readonly": "2"} if get else {})
        settings = default_settings(self._settings, asked)
        if not query.insert and _SELECT.match(query.text):
            with self._engine.reading(database, settings) as session:
                return _answer(session, query)
        with self._engine.session() as session:
            session.configure(database, settings)
            if query.insert:
                return session.insert(query.insert, query.data), b""
            found = _answer(session, query)
        if _LEAVES_DATABASE.search(query.text):
            self._engine.forget()
        return found

    def _read(self, session: Session, query: Query) -> Any:
        if query.insert:
            raise ClickHouseError(ACCESS_DENIED, "the user reader may only read")
        database = self._settings.database
        if query.database not in ("", database):
            raise ClickHouseError(ACCESS_DENIED, f"the user reader may not use {query.database}")
        settings = reader_settings(self._settings, query.settings)
        with self._engine.session() as parser:
            parser.configure(database, parser_settings())
            statement = guard.check(parser, query.text, query.params, database, self._policy)
        session.configure(database, settings)
        result = session.query(statement, query.output, query.params)
        # The engine counts a constant column once, however many rows show it.
        if result.size() > self._settings.reader.max_result_bytes:
            raise ClickHouseError(TOO_MANY_BYTES, "Limit for result exceeded: too many bytes")
        return result


def _answer(session: Session, query: Query) -> tuple[Any, bytes]:
    """What chDB gives, and its bytes: they are its memory, gone with the session."""
    if ";" in query.text.rstrip("; \n"):
        session.printed(query.text)  # refuses several statements
    result = session.query(query.text, query.output, query.params)
    return result, result.bytes()


def _refuse_web_pages(request: Request) -> None:
    """A page in the user's browser must not reach a database without a password."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise ClickHouseError(ACCESS_DENIED, f"requests from web pages of {origin} are refused")


def _summary(result: Any) -> str:
    """What chDB counted, in ClickHouse's names."""
    counts = {"elapsed_ns": int(_figure(result, "elapsed") * 1e9)}
    for name, source in (
        ("read_rows", "storage_rows_read"),
        ("read_bytes", "storage_bytes_read"),
        ("written_rows", "rows_written"),
        ("written_bytes", "bytes_written"),
        ("result_rows", "rows_read"),
        ("result_bytes", "bytes_read"),
    ):
        counts[name] = int(_figure(result, source))
    return json.dumps({name: str(count) for name, count in counts.items()})


def _figure(result: Any, name: str) -> float:
    value = getattr(result, name, 0)
    return float(value() if callable(value) else value)
