"""Everything that the query service tells, as one value that can be compared."""

from typing import Any

import httpx

LISTS = (
    "/api/v1/queues",
    "/api/v1/errors?limit=500",
    "/api/v1/errors/summary",
    "/api/v1/traces?limit=1000",
    "/api/v1/metrics",
    "/api/v1/metrics/spans?limit=1000",
    "/api/v1/handoffs?limit=500",
    "/api/v1/events?limit=500",
    "/api/v1/agents",
)
OF_A_TRACE = ("", "/spans", "/timeline", "/graph", "/errors")


def all_answers(query_url: str, at: str, traces: int = 20) -> dict[str, Any]:
    """The answer of every endpoint at the event time `at`, by path.

    Follows every agent, every error and the first `traces` traces.
    """
    with httpx.Client(base_url=query_url, timeout=60) as client:

        def get(path: str) -> Any:
            response = client.get(f"{path}{'&' if '?' in path else '?'}at={at}")
            response.raise_for_status()
            return response.json()

        found = {path: get(path) for path in LISTS}
        for queue in found["/api/v1/queues"]["queues"]:
            for tail in ("", "/pending"):
                path = f"/api/v1/queues/{queue['agent_name']}{tail}"
                found[path] = get(path)
        for error in found["/api/v1/errors?limit=500"]["errors"]:
            path = f"/api/v1/errors/{error['error_id']}"
            found[path] = get(path)
        for trace in found["/api/v1/traces?limit=1000"]["traces"][:traces]:
            for tail in OF_A_TRACE:
                path = f"/api/v1/traces/{trace['trace_id']}{tail}"
                found[path] = get(path)
    return found
