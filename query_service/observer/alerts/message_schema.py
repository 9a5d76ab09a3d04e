"""What a webhook of the form json is sent: docs/alerts.schema.json.

`python -m query_service.observer.alerts.message_schema` writes it anew.
"""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from query_service.diagnose.declaration import Severity

MOST_BELOW = 20
MOST_AT_ONCE = 100
"""Notices of a request; more come with the next one."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"
FILE = Path(__file__).parents[3] / "docs/alerts.schema.json"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _time(description: str) -> Any:
    return Field(description=description, json_schema_extra={"format": "date-time"})


class Ids(_Part):
    """Things that a finding concerns."""

    ids: list[str] = Field(max_length=20, description="The first of them")
    total: int = Field(ge=0, description="How many there are")


class Evidence(_Part):
    """What shows it."""

    figures: dict[str, float] = Field(description="In numbers; a name ends with its unit")
    facts: dict[str, str] = Field(description="In words")


class AlertedFinding(_Part):
    """An episode of a finding: the fields of GET /api/v1/findings."""

    id: str = Field(description="The same whenever the same thing is found")
    kind: str = Field(description="Kind of finding (docs/detectors)")
    subject: str = Field(description="What it is about")
    severity: Severity = Field(description="When it was last found")
    worst_severity: Severity = Field(description="The worst since it began")
    confidence: float = Field(ge=0, le=1, description="How sure it is")
    title: str = Field(description="What is wrong, in a line")
    agents: list[str] = Field(description="The one at fault first")
    opened_at: str = _time("Run that found it first")
    resolved_at: str | None = _time("Run that missed it for the last time; null while it is there")
    first_seen: str = _time("First sign of it in the data")
    last_seen: str = _time("Last sign of it in the data")
    evidence: Evidence
    tasks: Ids
    traces: Ids
    errors: Ids
    suggested_actions: list[str] = Field(description="How to mend it, in order")


class Consequence(_Part):
    """What comes of the finding."""

    id: str = Field(description="Its id")
    kind: str = Field(description="Its kind")
    severity: Severity = Field(description="Its severity")
    title: str = Field(description="What is wrong, in a line")
    agents: list[str] = Field(description="The one at fault first")
    state: Literal["open", "resolved"] = Field(description="Whether it is there still")


class AlertNotice(_Part):
    """Something that happened to a finding that nothing else explains."""

    key: str = Field(description="The same when the same is told again: leave out what you know")
    event: Literal["opened", "worse", "reminder", "resolved"] = Field(description="What happened")
    severity: Severity = Field(
        description="The worst of the finding and of what comes of it; once resolved, that it had"
    )
    finding: AlertedFinding
    consequences: list[Consequence] = Field(
        max_length=MOST_BELOW, description="What comes of it, the worst first"
    )
    consequences_omitted: int = Field(ge=0, description="How many more there are")


class Message(_Part):
    """What a webhook of the form json is sent by POST."""

    version: Literal[1] = Field(description="Of this form; new fields do not change it")
    source: Literal["agent-telemetry"] = Field(description="Who sends")
    as_of: str = _time("Run of the detectors that it is of")
    notices: list[AlertNotice] = Field(
        max_length=MOST_AT_ONCE, description="The worst first, ends last"
    )
    more: int = Field(ge=0, description="Notices that come with the next requests")


def schema() -> str:
    """The JSON Schema (draft 2020-12) of the message."""
    made = Message.model_json_schema()
    return json.dumps({"$schema": DRAFT, **made}, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema())
