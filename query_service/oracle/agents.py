"""Which agents there are, and what they are at."""

from collections.abc import Iterator, Mapping
from typing import Any

from query_service.models.oracle_activity import Active, of_tasks
from query_service.models.oracle_discovery import Agent, Agents
from query_service.models.oracle_source import Source
from query_service.models.values import iso
from query_service.oracle import tasks
from query_service.oracle.discovery import (
    MOST_SPANS,
    Told,
    deployments_query,
    discovered,
    read,
)
from query_service.oracle.section import Section, number, some
from query_service.oracle.sources import KUBERNETES, source
from query_service.oracle.tasks import Work
from query_service.routes.context import Moment, context, database
from query_service.routes.waiting import topics_query

MOST = 1_000
"""So many agents are told of."""
MOST_ACTIVE = 100
"""So many active tasks of each are."""


def find(asked: Moment, known: dict[str, Source]) -> Section:
    """Agents with their active tasks."""
    topics, came, position, *deployed = database().together(
        topics_query(asked),
        ("queues/tail", {}),
        ("traces/position", {}),
        *deployments_query(source(known, KUBERNETES)),
    )
    telemetry, work = database().beside(
        lambda: read(asked, came, position), lambda: tasks.of(asked, came, topics)
    )
    deployments = [row for rows in deployed for row in rows]
    return of(asked, known, Told(deployments, *telemetry), work)


def of(asked: Moment, known: dict[str, Source], told: Told, work: Work) -> Section:
    """The section, of what is stored and of open tasks."""
    agents, running = discovered(told, work)
    active = [
        (agent, sorted(one for name in agent.called for one in _active(name, work, running)))
        for agent in agents.shown
    ]
    shown = active[:MOST]
    unknown = [*_cluster(known), *_not_known(shown), *_left_out(active, agents)]
    if len(told.running) > MOST_SPANS:
        unknown.append(f"more than {MOST_SPANS:,} spans run: only the oldest are looked at")
    return Section(
        [_item(asked, agent, own) for agent, own in shown],
        [*_failed(active)],
        unknown,
        [_ours(agent, told, own) for agent, own in shown],
        {"agent_count": len(active), "active_tasks": sum(len(own) for _, own in active)},
    )


def _active(name: str, work: Work, running: Mapping[str, list[Active]]) -> Iterator[Active]:
    begun = work.begun.get(name, [])
    yield from of_tasks(name, begun, work.links, work.blocked, work.done)
    yield from running.get(name, [])


def _item(asked: Moment, agent: Agent, active: list[Active]) -> dict[str, Any]:
    described = {"description": agent.description} if agent.description else {}
    return {
        "name": agent.name,
        "deployment_name": agent.deployments[0][1] if agent.deployments else None,
        "models": agent.models,
        **described,
        "activity": {
            "active_task_ids": [one.item for one in active[:MOST_ACTIVE]],
            "updated_at": iso(agent.seen_at or asked.now),
        },
    }


def _ours(agent: Agent, told: Told, active: list[Active]) -> dict[str, Any]:
    known = told.of_telemetry.spans
    spans = [known[name] for name in agent.called if name in known]
    is_priced = any(row["priced"] for row in spans)
    return {
        "known_by": agent.known,
        "deployments": [f"{space}/{name}" for space, name in agent.deployments],
        "queues": [f"agent-queue-{name}" for name in agent.called],
        "active_tasks": len(active),
        "cost": sum(row["cost"] for row in spans) if is_priced else None,
    }


def _failed(active: list[tuple[Agent, list[Active]]]) -> Iterator[str]:
    for agent, own in active:
        failed = [one.id for one in own if one.status == "failed"]
        yield from some(f"{agent.name} failed, and did not answer, at", "task", failed)


def _cluster(known: dict[str, Source]) -> Iterator[str]:
    cluster = source(known, KUBERNETES)
    if context().settings.oracle_discovery_mode != "telemetry" and not cluster.is_current:
        how = "as they were seen last" if cluster.window else "not known"
        yield f"{cluster.told}; Deployments of agents are {how}"


def _not_known(shown: list[tuple[Agent, list[Active]]]) -> Iterator[str]:
    """Why something is null, or is not quite what it says."""
    alone = [agent.name for agent, _ in shown if not agent.deployments]
    yield from some("deployment_name is null, known by telemetry alone:", "agent", alone)
    silent = [agent.name for agent, _ in shown if not agent.models]
    yield from some("neither a label nor a span tells the models of", "agent", silent)
    for agent, _ in shown:
        if len(agent.deployments) > 1:
            names = [f"{space}/{name}" for space, name in agent.deployments]
            yield from some(f"{agent.name} is told by its first Deployment, of", "one", names)
    if late := sum(one.is_by_offset for _, own in shown for one in own[:MOST_ACTIVE]):
        who = number(late, "active task")
        yield f"started_on is when it was sent: nobody but Kafka says that it began, of {who}"


def _left_out(active: list[tuple[Agent, list[Active]]], agents: Agents) -> Iterator[str]:
    if len(active) > MOST:
        yield f"only the first {MOST:,} of {len(active):,} agents are told of"
    many = [agent.name for agent, own in active[:MOST] if len(own) > MOST_ACTIVE]
    yield from some(f"only the oldest {MOST_ACTIVE} active tasks are told of", "agent", many)
    yield from some("what was recorded cannot be read of", "Deployment", agents.cannot_be_read)
