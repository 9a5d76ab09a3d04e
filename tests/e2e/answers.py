"""Everything that the query service tells, as one value that can be compared."""

from typing import Any
from urllib.parse import quote

import httpx

LISTS = (
    "/api/v1/queues",
    "/api/v1/errors?limit=500",
    "/api/v1/errors/summary",
    "/api/v1/traces?limit=1000",
    "/api/v1/metrics",
    "/api/v1/metrics/spans?limit=1000",
    "/api/v1/handoffs?limit=1000",
    "/api/v1/events?limit=1000",
    "/api/v1/agents",
    "/api/v1/search?q=researcher&limit=100",
    "/api/v1/graph",
    "/api/v1/errors/groups",
)
OF_AN_AGENT = ("queues/{}?limit=500", "queues/{}/pending?limit=10000", "errors/agent/{}?limit=200")
OF_A_TRACE = ("", "/spans", "/timeline", "/graph", "/errors", "/critical-path")
MOST_TRACES = 300


def all_answers(query_url: str, at: str) -> dict[str, Any]:
    """The answer of every endpoint at the event time `at`, by path.

    Follows every agent, every error and every trace of the lists, of traces the newest
    MOST_TRACES. Raises httpx.HTTPStatusError when one is not 200.
    """
    found: dict[str, Any] = {}
    with httpx.Client(base_url=query_url, timeout=120) as client:

        def get(path: str) -> Any:
            response = client.get(f"{path}{'&' if '?' in path else '?'}at={at}")
            response.raise_for_status()
            found[path] = response.json()
            return found[path]

        for path in LISTS:
            get(path)
        for agent in found["/api/v1/agents"]["agents"]:
            for template in OF_AN_AGENT:
                get(f"/api/v1/{template.format(quote(agent['agent_name'], safe=''))}")
        for error in found["/api/v1/errors?limit=500"]["errors"]:
            for report in error["report_ids"]:
                get(f"/api/v1/errors/{quote(report, safe='')}")
        for group in found["/api/v1/errors/groups"]["groups"]:
            get(f"/api/v1/errors/groups/{group['fingerprint']}")
        for handoff in found["/api/v1/handoffs?limit=1000"]["handoffs"]:
            get(f"/api/v1/handoffs/{quote(handoff['message_id'], safe='')}")
        for trace in found["/api/v1/traces?limit=1000"]["traces"][:MOST_TRACES]:
            for tail in OF_A_TRACE:
                get(f"/api/v1/traces/{quote(trace['trace_id'], safe='')}{tail}")
    return found
