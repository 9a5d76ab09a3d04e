"""What can go wrong, as one small tree.

AgentTelemetryError
├── Unauthorized         401  a key is needed, or it is not known
├── Forbidden            403  the key's role, or where the request comes from, does not allow it
├── NotFound             404  the id is not known
├── TooLarge             413  the body is too large
├── Gone                 410  an endpoint that made sense in the earlier system only
├── UpgradeRequired      426  a WebSocket that was asked for by a plain request
├── InvalidParameter     422  a parameter is wrong: which one, and what is allowed
├── AnswerTooLarge       422  what was asked for is more than one answer holds
├── StatementFailed      422  ClickHouse refuses somebody's SQL, or it takes too much
├── TooManyRequests      429  somebody asks too often
├── NotYet               501  an endpoint that is still to come
└── Unavailable          503  a part that is needed is away for now
"""


class AgentTelemetryError(Exception):
    """Base of all errors of this package; its text says what, where and what to do."""

    status = 500
    title = "Internal error"

    @property
    def headers(self) -> dict[str, str]:
        """Headers that the answer needs."""
        return {}


class Unauthorized(AgentTelemetryError):
    """There is no key, or one that nobody knows."""

    status = 401
    title = "Unauthorized"

    @property
    def headers(self) -> dict[str, str]:
        """How to send one."""
        return {"WWW-Authenticate": 'Bearer realm="agent-telemetry"'}


class Forbidden(AgentTelemetryError):
    """Who asks may not do this, or not from there."""

    status = 403
    title = "Forbidden"


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


class TooLarge(AgentTelemetryError):
    """The body of the request is too large."""

    status = 413
    title = "Body too large"


class UpgradeRequired(AgentTelemetryError):
    """A WebSocket that was asked for by a plain request."""

    status = 426
    title = "Upgrade required"

    @property
    def headers(self) -> dict[str, str]:
        """To what."""
        return {"Upgrade": "websocket"}


class InvalidParameter(AgentTelemetryError):
    """A parameter with a value that is not allowed; `parameter` names it."""

    status = 422
    title = "Invalid parameter"

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(f"{parameter}: {detail}")
        self.parameter = parameter


class AnswerTooLarge(AgentTelemetryError):
    """More was asked for than one answer holds; the text says how to ask for less."""

    status = 422
    title = "Answer too large"


class StatementFailed(AgentTelemetryError):
    """SQL of the caller's that is wrong, not allowed, or too much; the text is ClickHouse's."""

    status = 422
    title = "Statement failed"


class _Later(AgentTelemetryError):
    """Worth trying again after `retry_after` seconds."""

    def __init__(self, detail: str, retry_after: int = 2) -> None:
        super().__init__(detail)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """When to try again."""
        return {"Retry-After": str(self.retry_after)}


class TooManyRequests(_Later):
    """Somebody asks more often than is allowed."""

    status = 429
    title = "Too many requests"


class Unavailable(_Later):
    """A part that is needed does not answer."""

    status = 503
    title = "Unavailable"
