"""One arrival on its way to clients: written as JSON once, whoever gets it."""

import json
from functools import cached_property
from typing import Any

from query_service.db import Row
from query_service.live.messages import message
from query_service.models.values import finite

# A kind that has a name of its own in the stream of events; the others are plain events.
_PLAIN = "event"


class LiveRow:
    """A row of `arrivals` that nobody was told of before.

    `late`: what it tells of happened long ago. `cursor`: where the batch that it is in begins.
    """

    def __init__(self, row: Row, cursor: str, late: bool) -> None:
        self.row = row
        self.cursor = cursor
        self.late = late
        self.kind: str = row["kind"]
        self.trace_id: str = row["trace_id"]
        self.severity: str = row["severity"].lower()
        self.agents = (row["agent"], row["source"])

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Every name that `event_types` can ask for it by."""
        row_type: str = self.row["type"]
        return (row_type, self.kind, self.name)

    @property
    def name(self) -> str:
        """What sort of message it becomes."""
        return {"message": "agent_queue_message", "error": "error_recorded"}.get(
            self.kind, self.kind
        )

    @cached_property
    def text(self) -> str:
        """What a text is looked for in, in lower case."""
        return f"{self.row['id']} {self.row['preview']} {self.row['record']}".lower()

    @cached_property
    def json(self) -> bytes:
        """The message as JSON."""
        return encode(message(self.row, self.cursor, self.late))

    @cached_property
    def frame(self) -> bytes:
        """The message as a frame of a WebSocket: from a server it is the same for every client."""
        return text_frame(self.json)

    @cached_property
    def event(self) -> bytes:
        """The message as a server-sent event."""
        return sent_event(self.json, "" if self.kind == _PLAIN else self.name)


def encode(value: Any) -> bytes:
    """JSON without NaN and infinities, all ASCII."""
    try:
        return json.dumps(value, allow_nan=False).encode()
    except ValueError:
        return json.dumps(finite(value), allow_nan=False).encode()


def text_frame(text: bytes) -> bytes:
    """A whole text message (RFC 6455, 5.2), not masked."""
    length = len(text)
    if length < 126:
        return bytes((0x81, length)) + text
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2) + text
    return b"\x81\x7f" + length.to_bytes(8) + text


def sent_event(data: bytes, name: str = "") -> bytes:
    """A server-sent event; one without a name is what `onmessage` gets."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + data + b"\n\n"
