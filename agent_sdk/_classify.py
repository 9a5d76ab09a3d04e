"""Rules that tell from an exception what kind of failure it is and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorCategory(StrEnum):
    """Where the cause of a failure lies."""

    LLM = "llm_error"
    AGENT = "agent_error"
    TOOL = "tool_error"
    HANDOFF = "handoff_error"
    VALIDATION = "validation_error"
    TIMEOUT = "timeout_error"
    RESOURCE = "resource_error"
    NETWORK = "network_error"
    CONFIG = "config_error"
    UNKNOWN = "unknown"


class ErrorSeverity(StrEnum):
    """How bad it is."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Verdict:
    """What a rule says of the failures it covers."""

    category: ErrorCategory
    retryable: bool
    fixes: tuple[str, ...]
    severity: ErrorSeverity = ErrorSeverity.ERROR


_LIMITED = Verdict(
    ErrorCategory.LLM,
    True,
    (
        "Wait and send again with a growing pause; honour Retry-After.",
        "Send fewer or shorter prompts at a time, or raise the quota at the provider.",
    ),
)
_CONTEXT_LENGTH = Verdict(
    ErrorCategory.LLM,
    False,
    ("Shorten the prompt or split the input.", "Use a model with a longer context."),
)
_TIMEOUT = Verdict(
    ErrorCategory.TIMEOUT,
    True,
    (
        "See whether the service called is slow or overloaded.",
        "Raise the timeout, or make the unit of work smaller.",
    ),
)
_NETWORK = Verdict(
    ErrorCategory.NETWORK,
    True,
    ("See whether the service called is up and its address right.", "Try again after a pause."),
)
_ACCESS = Verdict(
    ErrorCategory.CONFIG,
    False,
    ("Check the key, token or permissions that this agent runs with.",),
)
_CONFIG = Verdict(
    ErrorCategory.CONFIG,
    False,
    ("Check the agent's settings, files and installed packages.",),
)
_RESOURCE = Verdict(
    ErrorCategory.RESOURCE,
    False,
    ("Give the agent more memory or disk, or less work at a time.",),
    ErrorSeverity.CRITICAL,
)
_VALIDATION = Verdict(
    ErrorCategory.VALIDATION,
    False,
    (
        "Compare the input with what the code expects; the sender may have to change.",
        "If a model wrote the input, ask it for the schema and validate its answer.",
    ),
)

_HANDOFF = Verdict(ErrorCategory.HANDOFF, True, ("See whether Kafka and the target agent are up.",))

# The first word found in a class name of the exception's family decides, so that a
# library's own errors are known without importing it; narrow words come first.
_BY_NAME = (
    (("queuefull", "queueclosed", "sendfailed", "kafka"), _HANDOFF),
    (("ratelimit", "quota", "toomanyrequests"), _LIMITED),
    (("contextlength", "contextwindow", "tokenlimit"), _CONTEXT_LENGTH),
    (("timeout",), _TIMEOUT),
    (("authentication", "authorization", "permission", "forbidden", "apikey"), _ACCESS),
    (("memory", "resource", "outofspace", "diskfull"), _RESOURCE),
    (("connect", "network", "http", "socket", "gaierror", "unavailable"), _NETWORK),
    (("filenotfound", "import", "modulenotfound", "config", "settings"), _CONFIG),
    (
        ("validation", "invalid", "schema", "decode", "valueerror", "typeerror", "lookuperror"),
        _VALIDATION,
    ),
)
_BY_STEP = {
    "llm_call": Verdict(
        ErrorCategory.LLM, False, ("Look at the model's answer and the provider's status.",)
    ),
    "tool": Verdict(ErrorCategory.TOOL, False, ("Run the tool alone with the same parameters.",)),
    "handoff": _HANDOFF,
}
_OTHERWISE = Verdict(
    ErrorCategory.AGENT, False, ("Read the stack trace: the failure is in the agent's own code.",)
)
_UNKNOWN = Verdict(ErrorCategory.UNKNOWN, False, ("Read the stack trace.",))


def classify(error: BaseException, step: str | None) -> Verdict:
    """The rule for `error`; `step` is the kind of span it left (`tool`, `llm_call`, ...)."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 429:
        return _LIMITED
    if status in (401, 403):
        return _ACCESS
    if isinstance(status, int) and 400 <= status < 500 and status != 408:
        return _VALIDATION
    for name in _family(error):
        for words, verdict in _BY_NAME:
            if any(word in name for word in words):
                return verdict
    if step is None:
        return _UNKNOWN
    return _BY_STEP.get(step, _OTHERWISE)


def _family(error: BaseException) -> list[str]:
    """Names of its class and the classes above, lower case, nearest first."""
    return [
        cls.__name__.lower()
        for cls in type(error).__mro__
        if cls not in (Exception, BaseException, object)
    ]
