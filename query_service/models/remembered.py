"""The last answer to a question, as long as it is the same question of the same data."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """One value and its key, set as one: threads see both of one time."""

    def __init__(self) -> None:
        self._held: tuple[object, T] | None = None

    def get(self, key: object) -> T | None:
        """The value that was put in for this key, unless another one was since."""
        held = self._held
        return held[1] if held and held[0] == key else None

    def put(self, key: object, value: T) -> T:
        """Remember this instead, and give it."""
        self._held = key, value
        return value
