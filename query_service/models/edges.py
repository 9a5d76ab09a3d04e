"""The graph of agents: who hands work to whom."""

from collections.abc import Callable
from typing import Any

from query_service.db import Row
from query_service.models.answered import times
from query_service.models.queue import STATES

Edge = dict[str, Any]
ANSWERED = ("answered", "completed", "failed", "cancelled", "superseded")


def edges(answered: list[Row], waiting: list[Row], wait: Callable[[str], str]) -> list[Edge]:
    """One edge for each sender and receiver, without times.

    `wait`: how a task waits in the queue of an agent.
    """
    found: dict[tuple[str, str], Edge] = {}
    for row in answered:
        edge = found.setdefault((row["source"], row["target"]), _edge(row))
        edge |= {name: row[name] for name in ANSWERED}
    for row in waiting:
        edge = found.setdefault((row["source"], row["target"]), _edge(row))
        edge["expired"] += row["expired"]
        edge["in_progress"] += row["in_progress"]
        edge[wait(row["target"])] += row["unknown"]
        edge["open"] = sum(edge[state] for state in STATES)
    for edge in found.values():
        edge["tasks"] = edge["answered"] + edge["superseded"] + edge["open"]
        edge["not_consumed"] = edge["queued"] + edge["lost"] + edge["unknown"]
    return list(found.values())


def tell_times(found: list[Edge], answered: list[Row]) -> None:
    """Tells of these edges how long answers took."""
    rows = {(row["source"], row["target"]): row for row in answered}
    for edge in found:
        row = rows.get((edge["source"], edge["target"]))
        if row and (seconds := times(row)):
            edge["p50_seconds"], edge["p95_seconds"] = (round(time, 6) for time in seconds)


def sort_key(order: str, edge: Edge) -> tuple[int, str]:
    """What an edge is sorted by, the least first."""
    name = f"{edge['source']}\n{edge['target']}"
    match order:
        case "agent":
            return 0, name
        case "p95":
            seconds = edge["p95_seconds"]
            return 1 if seconds is None else -round(seconds * 1e6), name
        case _:
            return -edge[order], name


def _edge(row: Row) -> Edge:
    numbers = ("tasks", *ANSWERED, "open", *STATES)
    return {
        "source": row["source"],
        "target": row["target"],
        **dict.fromkeys(numbers, 0),
        "not_consumed": 0,
        "p50_seconds": None,
        "p95_seconds": None,
    }


def nodes(found: list[Edge]) -> list[dict[str, Any]]:
    """Every agent of some edges, with what it sent and got."""
    told: dict[str, dict[str, Any]] = {}
    for edge in found:
        for side, name in (("source", "tasks_sent"), ("target", "tasks_received")):
            node = told.setdefault(
                edge[side],
                {"id": edge[side], "tasks_sent": 0, "tasks_received": 0, "failed": 0, "open": 0},
            )
            node[name] += edge["tasks"]
        told[edge["target"]]["failed"] += edge["failed"]
        told[edge["target"]]["open"] += edge["open"]
    return sorted(told.values(), key=lambda node: str(node["id"]))
