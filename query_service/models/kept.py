"""What is made of stored records, which do not change, kept in the process."""

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Generic, TypeVar

Key = tuple[str, int]
"""The id of a message and the hash of its record."""
BESIDE = 300
"""Bytes that Python takes for a text beside itself and its id: texts can be shorter than that."""


T = TypeVar("T")


class Kept(Generic[T]):
    """At most so many bytes of texts, or what is made of them, and their keys; what was put in
    first goes first. `size` tells the bytes of one. Safe between threads."""

    def __init__(self, most_bytes: int, size: Callable[[T], int]) -> None:
        self._most = most_bytes
        self._size_of = size
        self._bytes = 0
        self._texts: dict[Key, T] = {}
        self._lock = Lock()

    def of(self, keys: Iterable[Key]) -> list[T | None]:
        """The text of each, None where there is none."""
        return list(map(self._texts.get, keys))

    def put(self, texts: Mapping[Key, T]) -> None:
        """Keep these too."""
        with self._lock:
            for key, text in texts.items():
                if key not in self._texts:
                    self._texts[key] = text
                    self._bytes += self._size(key, text)
            while self._bytes > self._most:
                key = next(iter(self._texts))
                self._bytes -= self._size(key, self._texts.pop(key))

    def _size(self, key: Key, text: T) -> int:
        return len(key[0]) + self._size_of(text) + BESIDE
