"""Native blocks for clients of the TCP protocol's age.

chDB writes Native at revision 0. clickhouse-go reads answers at the revision that `revision()`
told it: a block info in front of each block, and one byte per column that says whether the
column has a custom serialization (never, here).
"""

from typing import Any

from clickhouse_connect.datatypes import registry
from clickhouse_connect.driver.buffer import ResponseBuffer
from clickhouse_connect.driver.exceptions import StreamCompleteException
from clickhouse_connect.driver.query import QueryContext

BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"
"""is_overflows = 0, bucket_num = -1, end."""
CUSTOM_SERIALIZATION_REVISION = 54454


class _Source:
    """One bytes object as clickhouse-connect's stream of chunks."""

    last_message = None
    exception_tag = None

    def __init__(self, data: bytes) -> None:
        self.gen = iter((data,))

    def close(self) -> None:
        """Nothing to close."""


def at_revision(data: bytes, revision: int) -> bytes:
    """Blocks of revision 0 as a client of `revision` reads them.

    clickhouse-connect's decoder walks the columns, so that every type it knows passes.
    """
    make_buffer: Any = ResponseBuffer  # untyped there
    source, out, done = make_buffer(_Source(data)), bytearray(), 0
    custom = revision >= CUSTOM_SERIALIZATION_REVISION
    while True:
        try:
            columns = source.read_leb128()
        except StreamCompleteException:
            return bytes(out)
        out += BLOCK_INFO
        rows = source.read_leb128()
        for _ in range(columns):
            source.read_leb128_str()
            column = registry.get_from_name(source.read_leb128_str())
            if custom:
                out += data[done : source.buf_loc] + b"\x00"
                done = source.buf_loc
            if rows:
                column.read_column(source, rows, QueryContext())
        out += data[done : source.buf_loc]
        done = source.buf_loc
