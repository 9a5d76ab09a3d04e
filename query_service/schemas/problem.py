"""Errors on the wire."""

from query_service.schemas.base import Answer, field


class ParameterError(Answer):
    """A parameter that is wrong, and what is allowed."""

    parameter: str = field("Its name", "limit")
    detail: str = field("What is allowed", "Input should be less than or equal to 500")
    input: str = field("The value that came, its first 200 characters", "501", sometimes=True)


class Problem(Answer):
    """The body of every answer of 400 and above: application/problem+json (RFC 9457)."""

    type: str = field("Always about:blank: the status says it all", "about:blank")
    title: str = field("What kind of problem it is", "Invalid parameter")
    status: int = field("The status of the answer", 422)
    detail: str = field("What is wrong, and what to do", "limit: is above 500")
    instance: str = field("The path that was asked for", "/api/v1/errors")
    errors: list[ParameterError] = field("Each wrong parameter, for 422", sometimes=True)
