"""What every schema of an answer is made of."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_NONE = object()


class Answer(BaseModel):
    """An object whose shape is ours: it has the fields named here and no other."""

    model_config = ConfigDict(extra="forbid")


class Stored(BaseModel):
    """A record as it came: the usual fields are named, others may be there, and any may lack.

    A sender may write anything anywhere: the types of its fields are Any, shown by their examples.
    """

    model_config = ConfigDict(
        extra="allow", json_schema_extra=lambda schema: schema.pop("required", None)
    )


def field(description: str, example: Any = _NONE, *, sometimes: bool = False) -> Any:
    """A field of an answer, for a default value of the class.

    `example` is needed where the type is a text, a number or Any; where it is a model, an enum or
    a bool the example is made. `sometimes`: the field is left out where it says nothing.
    """
    extra = None if example is _NONE else {"example": example}
    if sometimes:
        return Field(default=None, description=description, json_schema_extra=extra)
    return Field(description=description, json_schema_extra=extra)
