"""What can go wrong, as one small tree.

AgentTelemetryError
├── NotFound             404  the id is not known
├── InvalidParameter     422  a parameter is wrong: which one, and what is allowed
├── StatementFailed      422  ClickHouse refuses somebody's SQL, or it takes too much
└── Unavailable          503  a part that is needed is away for now
"""


class AgentTelemetryError(Exception):
    """Base of all errors of this package; its text says what, where and what to do."""

    status = 500
    title = "Internal error"


class NotFound(AgentTelemetryError):
    """An id that nobody has seen."""

    status = 404
    title = "Not found"


class InvalidParameter(AgentTelemetryError):
    """A parameter with a value that is not allowed; `parameter` names it."""

    status = 422
    title = "Invalid parameter"

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(f"{parameter}: {detail}")
        self.parameter = parameter


class StatementFailed(AgentTelemetryError):
    """SQL of the caller's that is wrong, not allowed, or too much; the text is ClickHouse's."""

    status = 422
    title = "Statement failed"


class Unavailable(AgentTelemetryError):
    """A part that is needed does not answer; worth trying again after `retry_after` seconds."""

    status = 503
    title = "Unavailable"

    def __init__(self, detail: str, retry_after: int = 2) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
