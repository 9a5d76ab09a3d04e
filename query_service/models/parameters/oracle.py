"""Parameters of the oracle."""

from typing import Literal

from pydantic import Field

from query_service.models.parameters.lists import AtQuery


class StateQuery(AtQuery):
    """Asks for the state."""

    strict: bool | None = Field(
        None,
        description="Exactly the fields of the schema; false adds ours. Default: "
        "ORACLE_STRICT_SCHEMA",
        json_schema_extra={"example": True},
    )
    format: Literal["json", "log", "summary"] = Field(
        "json", description="The state, its text, or its figures"
    )
