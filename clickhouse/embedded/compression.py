"""Content-Encoding of requests and responses."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import IO, Any

from backports import zstd

from clickhouse.embedded.errors import BAD_REQUEST_PARAMETER, QUERY_IS_TOO_LARGE, ClickHouseError

lz4: Any = import_module("lz4.frame")  # has no types

PIECE = 1 << 20
MIN_COMPRESSED = 16 * 1024
"""Shorter answers are not worth compressing on one machine."""

_READERS: dict[str, Callable[[IO[bytes]], Any]] = {
    "": lambda stream: stream,
    "identity": lambda stream: stream,
    "gzip": lambda stream: gzip.GzipFile(fileobj=stream),
    "zstd": zstd.ZstdFile,
    "lz4": lz4.LZ4FrameFile,
}
_BROKEN = (EOFError, RuntimeError, gzip.BadGzipFile, zlib.error, zstd.ZstdError)
# The cheapest first.
_WRITERS: dict[str, Callable[[bytes], bytes]] = {
    "lz4": lz4.compress,
    "zstd": lambda data: zstd.compress(data, level=1),
    "gzip": lambda data: gzip.compress(data, compresslevel=1),
}


def pieces(stream: IO[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    """The unpacked body, piece by piece.

    Raises ClickHouseError when the encoding is not known or broken, or the body is longer than
    `limit` bytes.
    """
    reader = _READERS.get(encoding.strip().lower())
    if reader is None:
        known = ", ".join(name for name in _READERS if name)
        raise ClickHouseError(
            BAD_REQUEST_PARAMETER, f"Content-Encoding {encoding!r} is not known; known: {known}"
        )
    total = 0
    unpacked = reader(stream)
    while True:
        try:
            piece = unpacked.read(PIECE)
        except _BROKEN as error:
            raise ClickHouseError(
                BAD_REQUEST_PARAMETER, f"the body is not valid {encoding}: {error}"
            ) from None
        if not piece:
            return
        total += len(piece)
        if total > limit:
            raise ClickHouseError(
                QUERY_IS_TOO_LARGE,
                f"the body is larger than {limit} bytes (CLICKHOUSE_MAX_BODY_BYTES)",
            )
        yield piece


def compressed(data: bytes, accepted: str) -> tuple[bytes, str]:
    """The data packed in one of the `accepted` encodings, and its name ("" = as it was)."""
    names = {part.split(";")[0].strip().lower() for part in accepted.split(",")}
    if len(data) >= MIN_COMPRESSED:
        for name, write in _WRITERS.items():
            if name in names:
                return write(data), name
    return data, ""
