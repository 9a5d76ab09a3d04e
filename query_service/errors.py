"""What can go wrong, as one small tree.

AgentTelemetryError
├── NotFound             404  the id is not known
├── Gone                 410  an endpoint that made sense in the earlier system only
├── InvalidParameter     422  a parameter is wrong: which one, and what is allowed
├── StatementFailed      422  ClickHouse refuses somebody's SQL, or it takes too much
├── NotYet               501  an endpoint that is still to come
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


class Gone(AgentTelemetryError):
    """What made sense in the earlier system only; the text says what to use instead."""

    status = 410
    title = "Gone"


class NotYet(AgentTelemetryError):
    """What is still to come; the text says what holds until then."""

    status = 501
    title = "Not implemented"


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
