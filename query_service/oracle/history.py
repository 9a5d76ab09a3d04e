"""States over time, in short: what is stored is read once for the whole window, and told at points.

A state of a past time takes some 100 ms; sixty of them would take seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.oracle_discovery import Agent, Agents
from query_service.models.oracle_gateway import Told as Model
from query_service.models.oracle_llm import trouble
from query_service.models.oracle_past_tasks import Counts, Offsets
from query_service.models.oracle_points import Points
from query_service.models.oracle_source import Source
from query_service.models.values import iso, utc
from query_service.oracle import discovery, past_cluster, past_models, past_sources, past_tasks
from query_service.oracle.discovery import Names
from query_service.oracle.section import number, some
from query_service.oracle.sources import KAFKA, KUBERNETES, source
from query_service.oracle.state import once, told_source
from query_service.routes.context import Moment, context, database
from query_service.routes.waiting import QUEUE

MOST = 1_000
"""So many agents, workloads, queues and models each are told of a point."""
MOST_TOLD = 50
"""So many issues of one are."""

Json = dict[str, Any]
Tasks = Mapping[str, Sequence[Counts]]


def find(asked: Moment, points: Points) -> list[Json]:
    """The state at each point; `asked` is the last one."""
    known = past_sources.read(points)
    (cluster, models), (told, (tasks, offsets, is_cut)) = database().beside(
        lambda: (past_cluster.read(points, known), past_models.read(points, known)),
        lambda: (discovery.find(asked), past_tasks.read(points)),
    )
    cut = ["workload is not complete: it changed too often"] * cluster.is_cut
    cut += ["tasks are not complete: there were too many"] * is_cut
    agents = _Discovery(told)
    found = []
    for at, time in enumerate(points.times):
        sources, ran = known[at], cluster.ran[at]
        watches = source(sources, KUBERNETES).is_current
        waits = [*_queues(at, tasks, offsets, source(sources, KAFKA).is_current)]
        running = [*ran.items.values()]
        known_agents = agents.at(time, cluster.deployments[at])
        every: dict[str, Sequence[Any]] = {
            "agents": known_agents, "workloads": running if watches else [], "queues": waits,
            "models": models[at],
        }  # fmt: skip
        found.append(
            {
                "at": iso(time),
                "sources": {name: told_source(one) for name, one in sources.items()},
                "agents": [_agent(agent, at, tasks) for agent in known_agents[:MOST]],
                "workload": running[:MOST] if watches else None,
                "queues": waits[:MOST],
                "litellm": [_model(one) for one in models[at][:MOST]],
                "issues": once(
                    [*_away(sources), *ran.troubles, *trouble(models[at]), *_expired(waits)],
                    MOST_TOLD,
                ),
                "unknown": [*_unknown(sources), *_unused(models[at]), *cut, *_left_out(every)],
            }
        )
    return found


class _Discovery:
    """Which agents there were: looked up anew when something else was known of them."""

    def __init__(self, told: Names) -> None:
        self._told = told
        self._names = sorted(told.names, key=lambda row: utc(row["first_seen"]))
        self._by: tuple[Any, ...] = ()
        self._found: list[Agent] = []

    def at(self, time: datetime, deployments: Sequence[Row]) -> list[Agent]:
        """The agents of a time, with the Deployments that were seen then."""
        heard = [row for row in self._names if utc(row["first_seen"]) <= time]
        by = (len(heard), *(id(row) for row in deployments))
        if by != self._by or not self._found:
            self._by, self._found = by, self._discovered(heard, deployments)
        return self._found

    def _discovered(self, heard: Sequence[Row], deployments: Sequence[Row]) -> list[Agent]:
        mode, told, agents = context().settings.oracle_discovery_mode, self._told, Agents()
        if mode != "telemetry":
            agents.deployed(({**row, "last_seen": None} for row in deployments), mode)
        for row in heard:
            name = row["agent"]
            kinds = {"messages": told.sent.get(name), "spans": name in told.spans}
            agents.heard(row, [kind for kind, is_so in kinds.items() if is_so], [], mode)
        return agents.shown


def _agent(agent: Agent, at: int, tasks: Tasks) -> Json:
    own = [tasks[name][at] for name in agent.called if name in tasks]
    return {
        "name": agent.name,
        "deployments": [f"{space}/{name}" for space, name in agent.deployments],
        "active_tasks": sum(one.in_progress for one in own),
        "waiting_tasks": sum(one.waiting for one in own),
    }


def _queues(at: int, tasks: Tasks, offsets: Offsets, is_watched: bool) -> Iterator[Json]:
    own = {f"{QUEUE}{name}": counts[at] for name, counts in tasks.items()}
    for topic in sorted(own.keys() | (offsets.topics if is_watched else set())):
        counts = own.get(topic, Counts())
        lag = offsets.lag(topic, at) if is_watched else None
        if counts.pending or lag is not None:
            yield {
                "name": topic,
                "pending_tasks": counts.pending,
                "in_progress": counts.in_progress,
                "expired": counts.expired,
                "consumer_lag": lag,
            }


def _model(model: Model) -> Json:
    item, ours = model.item, model.ours
    return {
        "model": item["model"],
        "provider": item["provider"],
        "source": ours["source"],
        "health": ours.get("health"),
        "rpm": item["rpm"],
        "tpm": item["tpm"],
    }


def _unused(models: Sequence[Model]) -> list[str]:
    unused = [one.item["model"] for one in models if None in (one.item["rpm"], one.item["tpm"])]
    return some("nobody tells how much is used of", "model", unused)


def _away(sources: Mapping[str, Source]) -> Iterator[str]:
    return (one.told for one in sources.values() if one.is_away)


def _unknown(sources: dict[str, Source]) -> Iterator[str]:
    """Why something is null, or not there."""
    for name, what in (
        (KUBERNETES, "workload is null"),
        (KAFKA, "consumer_lag is null"),
    ):
        if not (one := source(sources, name)).is_current:
            yield f"{one.told}; {what}"


def _left_out(told: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    for kind, every in told.items():
        if len(every) > MOST:
            yield f"only the first {MOST:,} {kind} are told of"


def _expired(queues: Sequence[Json]) -> Iterator[str]:
    for queue in queues:
        if queue["expired"]:
            yield f"{queue['name']}: {number(queue['expired'], 'task')} expired"
