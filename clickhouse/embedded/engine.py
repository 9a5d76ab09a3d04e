"""chDB connections: one engine in the process, one connection at a time for each request."""

import shutil
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any

import chdb
from chdb import ChdbError

from clickhouse.embedded import merges
from clickhouse.embedded.errors import from_engine
from clickhouse.embedded.statement import DataInsert

CONFIG = """<clickhouse>
  <timezone>UTC</timezone>
  <max_server_memory_usage>{memory}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <index_mark_cache_size>33554432</index_mark_cache_size>
  <primary_index_cache_size>67108864</primary_index_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <compiled_expression_cache_size>33554432</compiled_expression_cache_size>
  <text_index_tokens_cache_size>33554432</text_index_tokens_cache_size>
  <text_index_header_cache_size>33554432</text_index_header_cache_size>
  <text_index_postings_cache_size>33554432</text_index_postings_cache_size>
  <vector_similarity_index_cache_size>0</vector_similarity_index_cache_size>
  <query_condition_cache_size>33554432</query_condition_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <merge_tree>
    <fsync_after_insert>{fsync}</fsync_after_insert>
    <fsync_part_directory>{fsync}</fsync_part_directory>
    <old_parts_lifetime>480</old_parts_lifetime>
  </merge_tree>
  <tmp_path>{path}/tmp/</tmp_path>
  <user_files_path>{path}/user_files/</user_files_path>
  <format_schema_path>{path}/format_schemas/</format_schema_path>
</clickhouse>
"""


MOST_KEPT = 16
"""As many as there are threads."""

_Configured = tuple[str, tuple[tuple[str, str], ...]]


class Session:
    """One chDB connection; nothing that is SET on it reaches another request."""

    def __init__(self, connection: Any, spool: Path) -> None:
        self._connection = connection
        self._spool = spool

    def configure(self, database: str, settings: Mapping[str, str]) -> None:
        """Choose the database and the settings for what follows."""
        self.query(f"USE {quote_name(database)}")
        if settings:
            pairs = ", ".join(f"{name} = {quote(value)}" for name, value in settings.items())
            self.query(f"SET {pairs}")

    def query(self, sql: str, output: str = "TSV", params: Mapping[str, str] | None = None) -> Any:
        """Run one statement and give chDB's result. Raises ClickHouseError."""
        try:
            return self._connection.query(sql, output, params=params)
        except (ChdbError, RuntimeError) as error:
            raise from_engine(error) from None

    def printed(self, sql: str) -> str:
        """One statement as the engine prints what it parsed, on one line.

        Raises ClickHouseError (62) for more than one: chDB would run them all.
        """
        # A bound parameter would be read with TSV's escapes.
        result: bytes = self.query(f"SELECT formatQuerySingleLine({quote(sql)})", "RawBLOB").bytes()
        return result.decode()

    def insert(self, into: DataInsert, chunks: Iterator[bytes]) -> Any:
        """Insert data piece by piece. Raises ClickHouseError.

        By way of a file: chDB's streaming insert reports success when the write behind it fails
        (a materialized view that throws, a constraint, a full disk).
        """
        with NamedTemporaryFile(dir=self._spool) as file:
            file.writelines(chunks)
            file.flush()
            source = f"FROM INFILE {quote(file.name)}"
            return self.query(f"{into.head} {source} {into.settings} FORMAT {into.format}")


class Engine:
    """The engine over one data directory, alive until `close`.

    `memory` bounds it in bytes; `fsync` makes each insert reach the disk before it is answered.
    """

    def __init__(self, path: Path, memory: int, database: str, fsync: bool) -> None:
        self._spool = path / "spool"
        shutil.rmtree(self._spool, ignore_errors=True)
        self._spool.mkdir()
        config = path / "config.xml"
        config.write_text(CONFIG.format(memory=memory, path=path, fsync=int(fsync)))
        self._kept: deque[tuple[_Configured, Any]] = deque()
        self._keeping = Lock()
        self._forgotten = 0
        self._is_closed = False
        self._address = f"{path / 'data'}?config-file={config}"
        # chDB shuts the engine down when its last connection closes.
        self._anchor = chdb.connect(self._address)
        first = Session(self._anchor, self._spool)
        first.query(f"CREATE DATABASE IF NOT EXISTS {quote_name(database)} ENGINE = Atomic")
        merges.yield_to_others(first.query)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A new connection (0.2 ms), closed at the end."""
        connection = chdb.connect(self._address)
        try:
            yield Session(connection, self._spool)
        finally:
            connection.close()

    @contextmanager
    def reading(self, database: str, settings: Mapping[str, str]) -> Iterator[Session]:
        """A configured session for a SELECT, which leaves no trace: so it is kept for the next one
        with the same settings, which saves a quarter of what a small statement costs."""
        wanted = (database, tuple(settings.items()))
        forgotten = self._forgotten
        connection = self._taken(wanted)
        if connection is None:
            connection = chdb.connect(self._address)
            try:
                Session(connection, self._spool).configure(database, settings)
            except BaseException:
                connection.close()
                raise
        try:
            yield Session(connection, self._spool)
        except BaseException:
            connection.close()
            raise
        self._keep(wanted, connection, forgotten)

    def forget(self) -> None:
        """Close the sessions that are kept, and those in use when they end: a database is gone,
        and they would go on in it."""
        with self._keeping:
            self._forgotten += 1
            gone = [connection for _, connection in self._kept]
            self._kept.clear()
        for connection in gone:
            connection.close()

    def _taken(self, wanted: _Configured) -> Any:
        with self._keeping:
            for entry in self._kept:
                if entry[0] == wanted:
                    self._kept.remove(entry)
                    return entry[1]
        return None

    def _keep(self, configured: _Configured, connection: Any, forgotten: int) -> None:
        with self._keeping:
            if self._is_closed or forgotten != self._forgotten:
                unwanted = connection
            else:
                self._kept.append((configured, connection))
                unwanted = self._kept.popleft()[1] if len(self._kept) > MOST_KEPT else None
        if unwanted:
            unwanted.close()

    def close(self) -> None:
        """Shut the engine down once the last session has ended."""
        self._is_closed = True
        self.forget()
        self._anchor.close()


def quote(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quote_name(name: str) -> str:
    """A quoted identifier."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
