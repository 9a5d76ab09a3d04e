"""What detectors decide by: the defaults of their declarations, or settings."""

from functools import cache
from typing import Any

from pydantic import Field, create_model
from pydantic_settings import BaseSettings

from query_service.diagnose.declaration import declarations


@cache
def _model() -> type[BaseSettings]:
    fields: dict[str, Any] = {
        one.setting(name).lower(): (float, Field(told.default, ge=0, allow_inf_nan=False))
        for one in declarations().values()
        for name, told in one.thresholds.items()
    }
    return create_model("Thresholds", __base__=BaseSettings, **fields)


def thresholds() -> dict[str, dict[str, float]]:
    """The thresholds of each kind, from the environment where it names them.

    Raises pydantic's ValidationError for what is no number, or below zero.
    """
    found = _model()().model_dump()
    return {
        kind: {name: found[one.setting(name).lower()] for name in one.thresholds}
        for kind, one in declarations().items()
    }
