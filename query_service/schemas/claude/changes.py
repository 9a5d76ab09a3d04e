"""What changed between two times."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from query_service.schemas.base import Answer, field
from query_service.schemas.claude.common import TIME


class RankedChange(Answer):
    """Something that is other than before."""

    section: Literal[
        "releases",
        "issues",
        "errors",
        "speeds",
        "workload",
        "litellm",
        "sources",
        "queues",
        "agents",
    ] = field("Of what")
    name: str = field("Of which one", "shop/coder (Deployment)")
    change: Literal["added", "removed", "changed"] = field("What happened")
    attribute: str | None = field("What of it changed; null: all of it", "image")
    before: Any = field("What it was; null: not there, or not known", "example/coder:1")
    after: Any = field("What it is; null: not there, or not known", "example/coder:2")
    text: str = field("The same in words", "workload shop/coder: image was a:1, is a:2")
    weight: float = field("How likely it matters; the changes are in this order", 90.0)


class Changes(Answer):
    """What changed between two times."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(
        alias="from", description="The first time", json_schema_extra={"example": TIME}
    )
    to: str = field("The second time", TIME)
    changes: list[RankedChange] = field("Changes, the weightiest first")
    changes_omitted: int = field("Changes beyond those that are told", 0)
    text: str = field("All of it in words", "From … to …: 1 changes")
    unknown: list[str] = field(
        "What is not known at one of the times, and why",
        ["kubernetes is not observed (it is off)"],
    )
