"""Parameters of the oracle."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from query_service.models.parameters.lists import AtQuery, Parameters
from query_service.models.parameters.values import Duration, Time, example


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


_SINCE = "From this time on: ISO 8601 (UTC when it has no zone) or so long before `to`, like 15m"
_TO = "Up to this time: ISO 8601 or so long ago, like 15m. Default: now"


class HistoryQuery(Parameters):
    """Asks for states over time."""

    since: Time = Field(
        default=timedelta(hours=1), alias="from", description=f"{_SINCE}. Default: 1h"
    )
    to: Time = Field(None, description=_TO)
    step: Annotated[Duration | None, example("1m")] = Field(
        None, description="Between two points. Default: a sixtieth of the window"
    )


class DiffQuery(Parameters):
    """Asks for what is other than before."""

    since: Time = Field(
        default=timedelta(minutes=15), alias="from", description=f"{_SINCE}. Default: 15m"
    )
    to: Time = Field(None, description=_TO)
