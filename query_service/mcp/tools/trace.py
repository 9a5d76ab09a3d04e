"""The skeleton of a trace."""

from collections import defaultdict
from typing import Any

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, seconds, short

Json = dict[str, Any]
MOST_DEPTH, MOST_SPANS = 12, 400


def trace(ask: Service, trace_id: str, at: str | None) -> Told:
    """Its spans as a tree without their contents, and what took the time."""
    spans = ask.get(f"/api/v1/traces/{trace_id}/spans", at=at)
    path = ask.get(f"/api/v1/traces/{trace_id}/critical-path", at=at)
    longest = sorted(path["by_span"], key=lambda one: -one["self_ms"])[:5]
    tree = _tree(spans["spans"])
    omitted = spans["spans_omitted"] + max(0, len(tree) - MOST_SPANS)
    lines = [
        f"**Total**: {seconds(None if path['total_ms'] is None else path['total_ms'] / 1000)}; "
        f"{len(spans['spans']) + spans['spans_omitted']} spans",
        "**What took the time**: "
        + "; ".join(
            f"{short(one['name'] or one['type'], 60)} of {one['agent_name']} {one['share']:.0%}"
            for one in longest
        ),
        "",
        "## Spans",
        *tree[:MOST_SPANS],
        *[f"… {omitted} spans are not shown"] * bool(omitted),
    ]
    failed = next((s for s in spans["spans"] if s["status"] == "failed"), None)
    chosen = failed or next((s for s in spans["spans"]), None)
    following = (
        [call("span", trace_id=trace_id, span_id=chosen["span_id"], at=at)] if chosen else []
    )
    following.append(call("diagnose", trace_id=trace_id, at=at))
    data = {
        "trace_id": trace_id,
        "total_ms": path["total_ms"],
        "by_span": longest,
        "spans": [_brief(one) for one in spans["spans"][:MOST_SPANS]],
        "spans_omitted": spans["spans_omitted"] + max(0, len(spans["spans"]) - MOST_SPANS),
    }
    return Told(f"Trace {trace_id}", lines, following, data)


def _brief(span: Json) -> Json:
    names = ("span_id", "parent_span_id", "agent_name", "span_kind", "status", "duration_ms")
    return {**{name: span[name] for name in names}, "name": span.get("name")}


def _tree(spans: list[Json]) -> list[str]:
    known = {span["span_id"] for span in spans}
    below = defaultdict[str | None, list[Json]](list)
    for span in spans:
        parent = span["parent_span_id"]
        below[parent if parent in known and parent != span["span_id"] else None].append(span)
    lines, seen = list[str](), set[str]()
    waiting = [(span, 0) for span in reversed(below[None])]
    while waiting:
        span, depth = waiting.pop()
        if span["span_id"] in seen:
            continue
        seen.add(span["span_id"])
        lines.append(_line(span, depth))
        waiting += [(child, depth + 1) for child in reversed(below[span["span_id"]])]
    # Spans that are each other's parents hang on nothing.
    return lines + [_line(span, 0) for span in spans if span["span_id"] not in seen]


def _line(span: Json, depth: int) -> str:
    took = "runs" if span["duration_ms"] is None else seconds(span["duration_ms"] / 1000)
    name = span.get("name") or span["span_kind"]
    error = f" — {short(span['error_message'], 120)}" if span["error_message"] else ""
    mark = f" **{span['status']}**" if span["status"] != "completed" else ""
    indent = "  " * min(depth, MOST_DEPTH)
    what = f"{short(name, 80)} [{span['agent_name']}] {took}{mark}"
    return f"{indent}- {what} `{span['span_id']}`{error}"
