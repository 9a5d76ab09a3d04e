"""Every list of the OpenAPI document takes a window, an order, a cursor, a limit and a time."""

from query_service.document import operations
from tests.query_service.checked_client import document

TAKES = {"since", "until", "sort", "cursor", "limit", "at"}
OF_ONE_TRACE = "what belongs to one trace is shown at once, cut at a documented number"
# What a list does not take, and why.
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "/api/v1/queues": (
        {"since", "until"},
        "a queue is a state at a time: `window` bounds its rates",
    ),
    "/api/v1/events/stream": (TAKES - {"cursor"}, "a live stream has no end and no past"),
    "/api/v1/traces/{trace_id}": (TAKES - {"at"}, OF_ONE_TRACE),
    "/api/v1/traces/{trace_id}/spans": (TAKES - {"at"}, OF_ONE_TRACE),
    "/api/v1/traces/{trace_id}/timeline": (TAKES - {"at"}, OF_ONE_TRACE),
    "/api/v1/traces/{trace_id}/graph": (TAKES - {"at"}, OF_ONE_TRACE),
    "/api/v1/traces/{trace_id}/critical-path": (TAKES - {"at"}, OF_ONE_TRACE),
    "/api/v1/traces/{trace_id}/errors": (TAKES - {"at"}, OF_ONE_TRACE),
    **{
        f"/api/v1/oracle/{part}": (
            TAKES - {"at"},
            "a state at a time, whole up to a documented number",
        )
        for part in ("agents", "llm", "queues", "workload")
    },
    "/api/v1/oracle/history": (TAKES, "points of a window, whose number follows from `step`"),
    "/api/v1/oracle/diff": (TAKES, "what differs between two states, up to a documented number"),
    "/api/v1/oracle/validate": (TAKES, "what is wrong with one document"),
    **{
        f"/api/v1/claude/{part}": (
            TAKES - {"at", "limit"},
            "the worst of the minutes before a time; their lists are elsewhere",
        )
        for part in ("actions", "errors", "slow-traces")
    },
    "/api/v1/claude/changes": (TAKES - {"limit"}, "what differs between two times, ranked"),
    "/api/v1/claude/rate-limits": (TAKES - {"at"}, "a state at a time, as /oracle/llm"),
    "/api/v1/claude/context/{trace_id}": (TAKES - {"at"}, OF_ONE_TRACE),
    "/api/v1/findings/{finding_id}": (
        TAKES - {"at"},
        "the last episodes and notices of one finding, cut at documented numbers",
    ),
    "/api/v1/handoffs/{message_id}": (TAKES - {"at"}, "the story of one handoff, in order"),
}


def _has_list(path: str) -> bool:
    """Whether the answer of a path has a list of objects in it, or is no JSON at all."""
    content = document()["paths"][path]["get"]["responses"].get("200", {}).get("content", {})
    for media in content.values():
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        fields = document()["components"]["schemas"].get(name, {}).get("properties", {})
        if any("$ref" in field.get("items", {}) for field in fields.values()):
            return True
    return "text/event-stream" in content


def test_every_list_takes_what_lists_take() -> None:
    lacking = {}
    for operation in operations(document()):
        if operation.method == "get" and _has_list(operation.path):
            names = {parameter["name"] for parameter in operation.parameters}
            if TAKES - names:
                lacking[operation.path] = TAKES - names
    assert lacking == {path: lacks for path, (lacks, _) in EXCEPTIONS.items()}


def test_every_order_of_a_list_is_named() -> None:
    for operation in operations(document()):
        for parameter in operation.parameters:
            if parameter["name"] == "sort":
                assert parameter["schema"]["enum"][0] == parameter["schema"]["default"]
