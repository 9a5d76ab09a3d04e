"""What a home has: the worlds that were sent, and what was planted in them."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tests.faults.send import Sent

FILE = "worlds.json"
_SENT = TypeAdapter(list[Sent])


def write(home: Path, sent: list[Sent]) -> None:
    """Remember them."""
    (home / FILE).write_text(json.dumps([asdict(world) for world in sent], default=_listed))


def read(home: Path) -> list[Sent]:
    """Those of an earlier run, by their number; none if there was none."""
    path = home / FILE
    found = _SENT.validate_json(path.read_bytes()) if path.exists() else []
    return sorted(found, key=lambda world: world.spec.number)


def last_end() -> float:
    """The end of the last world: everything lies in the past."""
    return time.time() // 60 * 60 - 300


def _listed(value: Any) -> list[Any]:
    return sorted(value)
