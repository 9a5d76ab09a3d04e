"""The graph of a trace: agents, and who worked for whom."""

from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.span import agent_id, ended
from query_service.models.values import normalise, record


def _node(key: str, name: str) -> dict[str, Any]:
    return {"id": key, "name": name, "type": None, "span_count": 0, "total_duration_ms": 0.0}


def _agent_type(row: Row) -> Any:
    return record(row["span_record"]).get("agent_type") or None if row["span_record"] else None


def graph(spans: list[Row], handoffs: list[Row], at: datetime) -> dict[str, Any]:
    """Nodes by agent, edges by handoff and by parent and child span of different agents.

    An agent is known by its id; a handoff that names only names gets the ids that the spans of
    these names have. Spans without a duration (running or failed) count with 0 ms.
    """
    nodes: dict[str, dict[str, Any]] = {}
    by_name: dict[str, str] = {}
    by_span: dict[str, str] = {}
    for row in spans:
        key = by_span[row["span_id"]] = agent_id(row)
        name = row["agent_name"].partition(":")[0]
        by_name.setdefault(normalise(name), key)
        node = nodes.setdefault(key, _node(key, name))
        node["type"] = node["type"] or _agent_type(row)
        node["span_count"] += 1
        node["total_duration_ms"] += row["duration_ms"] or 0.0 if ended(row, at) else 0.0

    def place(name: str, stated: str) -> str:
        short = name.partition(":")[0]
        key = by_name.get(normalise(short)) or stated or normalise(short)
        nodes.setdefault(key, _node(key, short))
        return key

    edges: list[dict[str, Any]] = [
        {
            "source": place(row["source_agent_name"], row["source_agent_id"]),
            "target": place(row["target_agent_name"], row["target_agent_id"]),
            "type": "handoff",
            "reason": row["reason"],
        }
        for row in handoffs
    ]
    pairs = dict.fromkeys(
        (by_span[row["parent_span_id"]], by_span[row["span_id"]])
        for row in spans
        if row["parent_span_id"] in by_span
    )
    edges += [
        {"source": source, "target": target, "type": "parent_child"}
        for source, target in pairs
        if source != target
    ]
    return {"nodes": list(nodes.values()), "edges": edges}
