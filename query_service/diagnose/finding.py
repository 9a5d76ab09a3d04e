"""A finding: one thing that is wrong, with its proof."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from query_service.db import Row
from query_service.diagnose.declaration import Declaration, Severity
from query_service.models.values import utc

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
_MOST_TEXT = 200


@dataclass(frozen=True)
class Ids:
    """Ids of things that a finding concerns, the oldest first, and how many there are."""

    first: Sequence[str]
    total: int


@dataclass(frozen=True)
class Finding:
    """One row of a detector. `agents`: the one at fault first. `figures` and `facts` are the
    evidence; `asked` the parameters that show it again."""

    declaration: Declaration
    subject: str
    agents: Sequence[str]
    severity: Severity
    confidence: float
    first_seen: datetime
    last_seen: datetime
    tasks: Ids
    traces: Ids
    errors: Ids
    figures: Mapping[str, float]
    facts: Mapping[str, str]
    asked: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """What kind of finding it is."""
        return self.declaration.kind

    @property
    def id(self) -> str:
        """The same for the same thing whenever it is found."""
        return sha256(f"{self.kind}\n{self.subject}".encode(errors="replace")).hexdigest()[:12]

    @property
    def agent(self) -> str:
        """The agent at fault; empty when none is known."""
        return self.agents[0] if self.agents else ""

    @property
    def faulty(self) -> Sequence[str]:
        """The agents whose own findings may come from this one."""
        return self.agents if self.declaration.concerns == "all" else self.agents[:1]

    @property
    def waits_for(self) -> list[str]:
        """Other agents whose faults would explain it: the fact of that name."""
        return [name for name in self.facts.get("waits_for", "").split(", ") if name]

    @property
    def title(self) -> str:
        """What is wrong, in a line."""
        return self._told(self.declaration.title, _on_one_line)

    @property
    def fixes(self) -> list[str]:
        """How to mend it, in this order."""
        return [self._told(text, _on_one_line) for text in self.declaration.fixes]

    @property
    def verify(self) -> list[str]:
        """Commands that show whether it is mended. Names are as in an address: whoever sends us
        spans chooses them, and somebody runs the command in a shell."""
        return [self._told(text, partial(quote, safe="")) for text in self.declaration.verify]

    def _told(self, text: str, safe: Callable[[str], str]) -> str:
        facts = {**self.facts, "agent": self.agent, "subject": self.subject}
        names = {name: safe(one) for name, one in facts.items()}
        return text.format_map(_Known({**names, **self.figures}))


class _Known(dict[str, Any]):
    """Names that are not known stay unsaid."""

    def __missing__(self, name: str) -> "_Unknown":
        return _Unknown()


class _Unknown(str):
    """Shown as a question mark, whatever the format."""

    def __format__(self, _: str) -> str:
        return "?"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def finding(declaration: Declaration, row: Row, asked: Mapping[str, Any]) -> Finding:
    """A row of a detector."""
    severity = row["severity"] or declaration.severity
    agents = [agent for agent in row["agents"] if agent]
    return Finding(
        declaration,
        row["subject"],
        agents,
        severity,
        round(min(max(row["confidence"], 0), 1), 3),
        utc(row["first_seen"]),
        utc(row["last_seen"]),
        Ids(row["task_ids"], row["tasks"]),
        Ids(row["trace_ids"], row["traces"]),
        Ids(row["error_ids"], row["errors"]),
        {name: round(one, 3) for name, one in row["figures"].items() if math.isfinite(one)},
        {name: _on_one_line(one)[:_MOST_TEXT] for name, one in row["facts"].items() if one},
        {**asked, "agent": agents[0] if agents else ""},
    )
