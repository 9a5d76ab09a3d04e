"""One span, with all that it says."""

import json

from mcp.server.mcpserver.exceptions import ToolError

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, short

MOST_VALUE = 2_000


def span(ask: Service, trace_id: str, span_id: str, at: str | None) -> Told:
    """Its fields, attributes and events. Raises ToolError when the trace has no such span."""
    spans = ask.get(f"/api/v1/traces/{trace_id}/spans", at=at)["spans"]
    found = next((one for one in spans if one["span_id"] == span_id), None)
    if found is None:
        known = ", ".join(one["span_id"] for one in spans[:5])
        raise ToolError(f"Trace {trace_id} has no span {span_id}; its first spans are {known}")
    lines = [
        f"**{name}**: {short(_plain(value), MOST_VALUE)}"
        for name, value in found.items()
        if value not in (None, "", [], {}) and name not in ("attributes", "events")
    ]
    lines += ["", "## Attributes"]
    lines += [f"- {n}: {short(_plain(v), MOST_VALUE)}" for n, v in found["attributes"].items()]
    if found.get("events"):
        lines += ["", "## Events"]
        lines += [f"- {short(_plain(one), MOST_VALUE)}" for one in found["events"]]
    following = [call("trace", trace_id=trace_id, at=at)]
    if parent := found["parent_span_id"]:
        following.insert(0, call("span", trace_id=trace_id, span_id=parent, at=at))
    return Told(f"Span {span_id}", lines, following, found)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
