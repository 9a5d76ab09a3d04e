"""What `/api/v1/sql` takes and answers."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from query_service.schemas.base import Answer, field

_QUERY = "SELECT agent, count() AS messages FROM agent_messages FINAL GROUP BY agent"


class Statement(BaseModel):
    """One read-only SQL statement in ClickHouse's dialect."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(
        min_length=1,
        max_length=256 * 1024,
        description="The statement, without FORMAT and SETTINGS",
        json_schema_extra={"example": _QUERY},
    )
    limit: int = Field(1000, ge=1, le=5000, description="Most rows of the answer")


class Column(Answer):
    """A column of the answer."""

    name: str = field("Its name", "agent")
    type: str = field("Its type in ClickHouse", "String")


class Table(Answer):
    """What a statement gave."""

    columns: list[Column] = field("Its columns, in order")
    rows: list[list[Any]] = field("Its rows, each a list in the order of columns", [["writer", 3]])
    row_count: int = field("Rows shown", 1)
    truncated: bool = field("Whether there is more than is shown")
    truncated_why: str | None = field("What was left out, and what to do", None)
    elapsed_ms: float = field("How long ClickHouse took", 4.2)
    read_rows: int = field("Rows that ClickHouse read", 1200)
