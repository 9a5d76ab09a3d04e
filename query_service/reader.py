"""Ad hoc SQL as the read-only user of ClickHouse."""

import json
import threading
from typing import Any, NamedTuple

import httpx

from query_service.errors import StatementFailed, Unavailable
from query_service.settings import Settings
from query_service.telemetry.queries import query

TIMEOUT = 60  # s; the server ends a statement sooner
MOST_BYTES = 4 * 1024 * 1024
_BUSY = {"202", "439"}  # ClickHouse's codes: too many queries, no thread left
_HOW = "docs/api.md (SQL) tells how to make it"


class Result(NamedTuple):
    """What a statement gave. `columns` have name and type; `truncated_why` says what is missing."""

    columns: list[dict[str, str]]
    rows: list[list[Any]]
    truncated_why: str | None
    elapsed_ms: float
    read_rows: int


class Reader:
    """Runs statements as the user of CLICKHOUSE_READER_URL; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.clickhouse_reader_url
        self._database = settings.clickhouse_database
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._is_read_only = False

    def text(self, statement: str, output: str, **settings: int) -> str:
        """What the statement gives in the format `output`, unless it names another one.

        Raises StatementFailed and Unavailable.
        """
        parameters: dict[str, str | int] = {
            "database": self._database,
            "default_format": output,
            **settings,
        }
        try:
            # In the body, so that it may be long; by GET, which ClickHouse runs read-only: the
            # address may be that of a user who may write.
            with query("sql"):
                answer = self._connection().request(
                    "GET", self._url, params=parameters, content=statement.encode()
                )
        except httpx.TransportError as error:
            raise Unavailable("ClickHouse does not answer: is it running?") from error
        text = answer.content.decode(errors="replace")
        if answer.headers.get("X-ClickHouse-Exception-Code") in _BUSY:
            raise Unavailable("ClickHouse has too much to do for this now")
        if answer.is_error:
            raise StatementFailed(text.strip() or f"ClickHouse answers {answer.status_code}")
        return text

    def rows(self, statement: str, limit: int) -> Result:
        """The first rows of what a statement gives, at most `limit` and 4 MiB of JSON.

        Only as a user whom the server itself keeps from writing. Raises StatementFailed and
        Unavailable.
        """
        self._check_user()
        text = self.text(statement, "JSONCompact", limit=limit + 1)
        try:
            found = json.loads(text, parse_constant=lambda _: None)
            columns, data, counts = found["meta"], found["data"], found["statistics"]
            is_compact = all(isinstance(row, list) for row in data)
        except (ValueError, KeyError, TypeError):
            is_compact = False
        if not is_compact:
            raise StatementFailed("The statement has a FORMAT of its own: leave it out here")
        rows, why = _cut(data, limit)
        return Result(columns, rows, why, round(counts["elapsed"] * 1000, 3), counts["rows_read"])

    def close(self) -> None:
        """Let the connections go."""
        if self._client:
            self._client.close()

    def _connection(self) -> httpx.Client:
        with self._lock:
            self._client = self._client or httpx.Client(timeout=TIMEOUT, trust_env=False)
            return self._client

    def _check_user(self) -> None:
        """Raises Unavailable when the server would let the user do more than read."""
        if self._is_read_only:
            return
        question = "SELECT value FROM system.settings WHERE name = 'readonly'"
        try:
            value = self.text(question, "TSV", limit=1).strip()
        except StatementFailed as error:
            raise Unavailable(f"The user of CLICKHOUSE_READER_URL: {error}; {_HOW}", 60) from error
        if value != "1":
            raise Unavailable(
                f"CLICKHOUSE_READER_URL has to name a user with the setting readonly = 1; {_HOW}",
                60,
            )
        self._is_read_only = True


def _cut(rows: list[list[Any]], limit: int) -> tuple[list[list[Any]], str | None]:
    """The rows that fit, and what was left out."""
    size = 0
    for number, row in enumerate(rows[:limit]):
        size += len(json.dumps(row))
        if size > MOST_BYTES:
            return rows[:number], f"more than {MOST_BYTES} bytes: name fewer or shorter columns"
    if len(rows) > limit:
        return rows[:limit], f"more than {limit} rows: aggregate, or ask for a part"
    return rows, None
