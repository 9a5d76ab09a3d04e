"""Errors on the wire: application/problem+json (RFC 9457)."""

from typing import Any, NotRequired, TypedDict

from pydantic import ValidationError

_OBJECT = "Input should be an object"
_IN_JSON = {
    "tuple_type": "Input should be a list",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}
"""What pydantic says in the words of Python, by its type of error."""


class ParameterError(TypedDict):
    """A parameter that is wrong, and what is allowed."""

    parameter: str
    detail: str
    input: NotRequired[str]


class Problem(TypedDict):
    """The body of every answer of 400 and above."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[ParameterError]]


def parameter_errors(error: ValidationError) -> list[ParameterError]:
    """What pydantic found, by the name of the parameter."""
    return [
        {
            "parameter": ".".join(str(part) for part in found["loc"]) or "body",
            "detail": _IN_JSON.get(found["type"], found["msg"]),
            "input": str(found["input"])[:200],
        }
        for found in error.errors(include_url=False)
    ]


def problem(
    status: int, title: str, detail: str, instance: str, errors: list[ParameterError] | None = None
) -> dict[str, Any]:
    """A Problem with the members in their usual order."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    return body | {"errors": errors} if errors else body
