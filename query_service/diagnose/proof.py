"""The SQL that shows a finding, as it stands: values in the place of the parameters."""

import re
from collections.abc import Mapping
from typing import Any

from clickhouse_connect.driver.binding import format_query_value

from query_service.db import DETECTORS, sql
from query_service.diagnose.finding import Finding

_PARAMETER = re.compile(r"\{(\w+):([^}]+)\}")


def proof(found: Finding, on_one_line: bool = False) -> str:
    """The statement of its detector, for its agent, to be sent to `/api/v1/sql`."""
    statement = sql(f"{DETECTORS}/{found.kind}/find")
    # Before the values are in it: these stay as they are.
    return with_values(" ".join(statement.split()) if on_one_line else statement, found.asked)


def with_values(statement: str, values: Mapping[str, Any]) -> str:
    """A statement whose parameters are literals of their types."""

    def literal(match: re.Match[str]) -> str:
        value = values[match[1]]
        text = format_query_value(value)
        return text if match[2] == "String" else f"CAST({text} AS {match[2]})"

    return _PARAMETER.sub(literal, statement).strip()
