"""The state as plain text, for people and models."""

from collections.abc import Iterator
from typing import Any

from query_service.models.queue import STATES
from query_service.models.values import iso
from query_service.oracle.section import Json
from query_service.oracle.state import State

MOST_LINES = 200
"""Of each section."""


def log(state: State) -> str:
    """What there is, line by line."""
    counts = ", ".join(f"{name} {number}" for name, number in state.counts.items())
    parts = {
        "ISSUES": [f"! {issue}" for issue in state.issues],
        "NOT KNOWN": state.unknown,
        "AGENTS": [*_agents(state)],
        "WORKLOAD": [*_workload(state.sections["workload"].items)],
        "QUEUES": [*_queues(state)],
        "LLM USAGE": [*_models(state.sections["litellm"].items)],
    }
    lines = [
        "=== Oracle state ===",
        f"Generated: {iso(state.now)}",
        f"[STATUS: {state.status.upper()}]",
        counts,
    ]
    for title, told in parts.items():
        lines += [f"[{title}]", *(f"  {line}" for line in told[:MOST_LINES])]
        lines += [f"  and {len(told) - MOST_LINES:,} more"] * (len(told) > MOST_LINES)
    return "\n".join(" ".join(line.splitlines()) for line in lines)


def _agents(state: State) -> Iterator[str]:
    section = state.sections["agents"]
    for agent, ours in zip(section.items, section.ours, strict=True):
        where = agent["deployment_name"] or "no Deployment"
        models = ", ".join(agent["models"]) or "no model"
        yield f"{agent['name']} ({where}, {models}): {_active(agent, ours)}"


def _active(agent: Json, ours: Json) -> str:
    shown = [f"{task['id']} {task['status']}" for task in agent["activity"]["active_task_ids"][:5]]
    more = ", …" if ours["active_tasks"] > len(shown) else ""
    return ", ".join(shown) + more if shown else "nothing"


def _workload(items: list[Json]) -> Iterator[str]:
    for one in items:
        yield f"{one['deployment_name']}: {one['live']['active_pods']} of {one['max_pods']} pods"


def _queues(state: State) -> Iterator[str]:
    section = state.sections["queues"]
    for queue, ours in zip(section.items, section.ours, strict=True):
        if ours["pending_tasks"]:
            states = [f"{ours[name]} {name}" for name in STATES if ours[name]]
            yield f"{queue['name']}: {', '.join(states)}"


def _models(items: list[Json]) -> Iterator[str]:
    for model in items:
        used = f"{_used(model, 'tpm')}, {_used(model, 'rpm')}"
        yield f"{model['model']} ({model['provider']}): {used}"


def _used(model: Json, name: str) -> str:
    of = model[f"{name}_max"]
    used: Any = model.get(name)
    return f"{name} {'?' if used is None else used} of {'?' if of is None else of}"
