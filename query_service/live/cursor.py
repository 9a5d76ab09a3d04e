"""Where a live stream stands: on this process or any other."""

import base64
import re
from typing import NamedTuple, Self

from query_service.errors import InvalidParameter

_TEXT = re.compile(r"([0-9]{1,16})\.([0-9]{1,9})")


class LiveCursor(NamedTuple):
    """Everything is known that was inserted up to a time, as far as it was visible.

    `rows` tells how many rows that were in the last moments before it (`arrivals.OVERLAP`): when
    more are found there later, some became visible after it, and those moments are read again.
    """

    until: int
    """By ClickHouse's clock, Unix µs."""
    rows: int

    def encode(self) -> str:
        """The cursor as text for a URL."""
        text = f"{self.until}.{self.rows}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor of an earlier message. Raises InvalidParameter when it is none."""
        try:
            plain = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
        except ValueError:
            plain = ""
        found = _TEXT.fullmatch(plain)
        if not found:
            raise InvalidParameter("cursor", "takes the cursor of a live message, or its id")
        return cls(int(found[1]), int(found[2]))
