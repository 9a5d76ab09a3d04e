"""ClickHouse, by SQL files with server-side bound parameters."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from clickhouse_connect.driver.httputil import default_pool_manager
from clickhouse_connect.driver.query import QueryResult

from clickhouse.cluster import SETTINGS as CLUSTER_SETTINGS
from clickhouse.cluster import Cluster
from query_service.errors import Unavailable
from query_service.settings import Settings
from query_service.telemetry.queries import query

SQL = Path(__file__).parent / "sql"
DETECTORS = "detectors"
"""The SQL of these lies beside `sql`, with what says what it finds."""

Row = dict[str, Any]

_LARGEST = 130_000
READ_ONCE = {"enable_materialized_cte": 1}
LOGICAL_ERROR = 49  # of ClickHouse
_CONNECTIONS = 64
"""A process answers 8 requests at a time, of which one asks up to ten questions at once. Beyond the
usual 8 they were closed after each, with a warning in the log."""
_COMMENT = re.compile(r"^ *--.*\n", re.MULTILINE)
_PLAIN = re.compile(r"[\w.-]*", re.ASCII)


def fits(texts: Iterable[str]) -> bool:
    """Whether these can be one parameter: a ClickHouse server takes 128 KiB, escaped."""
    return sum(map(_size, texts)) <= _LARGEST


def _size(text: str) -> int:
    """How long it is with quotes and a comma, escaped, at most."""
    return 3 + (len(text) if _PLAIN.fullmatch(text) else 9 * len(text.encode()))


T = TypeVar("T")
U = TypeVar("U")


@cache
def _for_cluster(cluster: Cluster, name: str) -> str:
    return cluster.query(sql(name))


@cache
def sql(name: str) -> str:
    """The text of `sql/<name>.sql` without its comments.

    The embedded engine takes 1 ms more for a text with a semicolon: it may be two statements.
    """
    folder = SQL.parent if name.startswith(f"{DETECTORS}/") else SQL
    return _COMMENT.sub("", (folder / f"{name}.sql").read_text())


def connect(
    settings: Settings,
    database: str | None = None,
    timeout: int = 60,
    limits: Mapping[str, Any] | None = None,
) -> Client:
    """A client for the settings' ClickHouse; safe to share between threads.

    An answer may take `timeout` seconds; `limits` are settings for each statement. Raises
    Unavailable when nothing answers there.
    """
    url = urlsplit(settings.clickhouse_url)
    default_pool_manager().connection_pool_kw["maxsize"] = _CONNECTIONS  # of this process
    try:
        return clickhouse_connect.get_client(
            host=url.hostname or "127.0.0.1",
            port=url.port or (8443 if url.scheme == "https" else 8123),
            secure=url.scheme == "https",
            username=unquote(url.username or "default"),
            password=unquote(url.password or ""),
            database=settings.clickhouse_database if database is None else database,
            autogenerate_session_id=False,
            connect_timeout=5,
            send_receive_timeout=timeout,
            settings={
                **(CLUSTER_SETTINGS if settings.clickhouse_cluster else {}),
                **(limits or {}),
            },
        )
    except OperationalError as error:
        raise Unavailable(
            f"ClickHouse does not answer at {url.hostname}:{url.port}: is it running?"
        ) from error


class Database:
    """Runs the SQL files. Connects at first use, and again after ClickHouse was away.

    An answer may take `timeout` seconds; `limits` are ClickHouse's settings for each statement.
    """

    def __init__(
        self, settings: Settings, timeout: int = 60, limits: Mapping[str, Any] | None = None
    ) -> None:
        self._settings = settings
        self._cluster = settings.cluster
        self._timeout = timeout
        self._limits = limits
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The connected client. Raises Unavailable."""
        if self._client is None:
            self._client = connect(self._settings, timeout=self._timeout, limits=self._limits)
        return self._client

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of `sql/<name>.sql`, each a dict by column name. Raises Unavailable."""
        return list(self._query(name, parameters).named_results())

    def tuples(self, name: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """The rows of `sql/<name>.sql` as they are, for tens of thousands. Raises Unavailable."""
        return self._query(name, parameters).result_rows

    def _query(
        self,
        name: str,
        parameters: Mapping[str, Any] | None,
        settings: Mapping[str, Any] | None = None,
    ) -> QueryResult:
        try:
            with query(name, sql(name)):
                given = dict(parameters or {})
                if settings:
                    return self.client.query(self._text(name), given, dict(settings))
                return self.client.query(self._text(name), parameters=given)
        except OperationalError as error:
            raise Unavailable("ClickHouse does not answer: is it running?") from error

    def _text(self, name: str) -> str:
        return _for_cluster(self._cluster, name) if self._cluster else sql(name)

    def together(self, *queries: tuple[str, Mapping[str, Any]]) -> list[list[Row]]:
        """The rows of several SQL files, asked at the same time. Raises Unavailable."""
        if not queries:
            return []
        with ThreadPoolExecutor(len(queries)) as pool:
            later = [
                pool.submit(copy_context().run, self.rows, name, parameters)
                for name, parameters in queries[1:]
            ]
            found = self.rows(*queries[0])
            return [found, *(one.result() for one in later)]

    def separately(
        self,
        queries: Sequence[tuple[str, Mapping[str, Any]]],
        at_once: int,
        limits: Mapping[str, Any],
    ) -> list[list[Row] | DatabaseError]:
        """The rows of each SQL file, or why ClickHouse did not run it within its limits. Raises
        Unavailable.

        What is named twice in a statement is read once, as far as ClickHouse can: that is
        experimental, and some plans end with an error, which is no reason to have no answer.
        """

        def asked(query: tuple[str, Mapping[str, Any]]) -> list[Row] | DatabaseError:
            try:
                return list(self._query(*query, {**limits, **READ_ONCE}).named_results())
            except DatabaseError as error:
                if error.code != LOGICAL_ERROR:
                    return error
            try:
                return list(self._query(*query, limits).named_results())
            except DatabaseError as error:
                return error

        with ThreadPoolExecutor(at_once) as pool:
            running = [pool.submit(copy_context().run, asked, query) for query in queries]
            return [one.result() for one in running]

    def beside(self, first: Callable[[], T], second: Callable[[], U]) -> tuple[T, U]:
        """What two functions give that ask for rows, at the same time."""
        with ThreadPoolExecutor(1) as pool:
            later = pool.submit(copy_context().run, first)
            found = second()
            return later.result(), found

    def run(self, name: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run the statement of `sql/<name>.sql` that gives no rows. Raises Unavailable."""
        try:
            with query(name, sql(name)):
                self.client.command(self._text(name), parameters=dict(parameters or {}))
        except OperationalError as error:
            raise Unavailable("ClickHouse does not answer: is it running?") from error

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows that all have the same columns. Raises Unavailable."""
        if not rows:
            return
        columns = list(rows[0])
        try:
            self.client.insert(table, [[row[c] for c in columns] for row in rows], columns)
        except OperationalError as error:
            raise Unavailable("ClickHouse does not answer: is it running?") from error
