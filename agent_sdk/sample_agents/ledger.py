"""A file in which an agent writes what it did, to compare with what telemetry says it did."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent_sdk import AgentMessage, AgentQueue, Sent


class Ledger:
    """Appends one JSON line an event; does nothing when there is no file."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)

    def begin(self) -> None:
        """Make the file, empty as yet: the agent runs, and may be stopped."""
        if self._path is not None:
            self._path.touch()

    def write(
        self, event: str, message: AgentMessage | None = None, *, error_id: object = None
    ) -> None:
        """`event`: sent, received, answered, failed, job_started or job_done."""
        if self._path is None:
            return
        line = {
            "event": event,
            "message_id": message.message_id if message else None,
            "parent_message_id": message.parent_message_id if message else None,
            "message_type": message.message_type if message else None,
            "source_agent": message.source_agent if message else None,
            "target_agent": message.target_agent if message else None,
            "trace_id": message.trace_id if message else None,
            "error_id": error_id,
            "ts": datetime.now(UTC).isoformat(),
        }
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


class LedgerQueue(AgentQueue):
    """An AgentQueue that enters what it sends in a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger

    def send_task(self, *args: Any, **options: Any) -> Sent:
        return self._noted(super().send_task(*args, **options))

    def send_result(self, *args: Any, **options: Any) -> Sent:
        return self._noted(super().send_result(*args, **options))

    def send_error(self, *args: Any, **options: Any) -> Sent:
        return self._noted(super().send_error(*args, **options))

    def _noted(self, sent: Sent) -> Sent:
        self._ledger.write("sent", sent.message, error_id=sent.message.payload.get("error_id"))
        return sent
