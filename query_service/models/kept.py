"""Texts of stored records that do not change, kept in the process."""

from collections.abc import Iterable, Mapping
from threading import Lock

Key = tuple[str, int]
"""The id of a message and the hash of its record."""
BESIDE = 300
"""Bytes that Python takes for a text beside itself and its id: texts can be shorter than that."""


class Kept:
    """At most so many bytes of texts and their keys; what was put in first goes first. Safe between
    threads."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._texts: dict[Key, bytes] = {}
        self._lock = Lock()

    def of(self, keys: Iterable[Key]) -> list[bytes | None]:
        """The text of each, None where there is none."""
        return list(map(self._texts.get, keys))

    def put(self, texts: Mapping[Key, bytes]) -> None:
        """Keep these too."""
        with self._lock:
            for key, text in texts.items():
                if key not in self._texts:
                    self._texts[key] = text
                    self._bytes += _size(key, text)
            while self._bytes > self._most:
                key = next(iter(self._texts))
                self._bytes -= _size(key, self._texts.pop(key))


def _size(key: Key, text: bytes) -> int:
    return len(key[0]) + len(text) + BESIDE
