"""Which agents there are, by what is stored of them (ORACLE_DISCOVERY_MODE)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.oracle_activity import Active, of_spans
from query_service.models.oracle_discovery import Agents
from query_service.models.oracle_source import Source
from query_service.models.oracle_workload import DEPLOYMENT
from query_service.models.values import ns
from query_service.oracle.tasks import Work
from query_service.routes.agent_counts import counts_queries
from query_service.routes.agent_spans import span_queries, spans_by_agent
from query_service.routes.context import Moment, bound, context, database
from query_service.routes.settled import kept
from query_service.routes.tail import merged, tail_of, with_repeats

MOST_DEPLOYMENTS = 5_000
MOST_SPANS = 10_000
"""So many spans that run are looked at."""
SPAN_HOURS = 24
"""A span that began before is not taken to run: its end was lost."""


SETTLED = ("agent_names", "queue_counts", "span_outlines", "span_rollups")
"""The tables that are read when the observer has worked everything out."""


class Names(NamedTuple):
    """What agents are called, their spans, and how many messages each sent."""

    names: list[Row]
    spans: Mapping[str, Row]
    sent: Mapping[str, int]


class Told(NamedTuple):
    """What is stored of agents: their Deployments, names, and spans that run."""

    deployments: list[Row]
    of_telemetry: Names
    running: list[Row]


def find(asked: Moment) -> Names:
    """What telemetry tells of agents."""
    came, position = database().together(("queues/tail", {}), ("traces/position", {}))
    return read(asked, came, position)[0]


def read(asked: Moment, came: list[Row], position: list[Row]) -> tuple[Names, list[Row]]:
    """The same, of the rows of `queues/tail` and `traces/position`, and spans that run."""
    part = with_repeats(asked, tail_of(asked, came[0]))
    counts, spans = counts_queries(asked, part), span_queries(asked, position[0])
    since = asked.now - timedelta(hours=SPAN_HOURS)
    times = {"at": asked.parameters["at"], "since": bound(since), "most": MOST_SPANS + 1}

    def stored() -> tuple[Names, list[Row]]:
        running, names, *parts = database().together(
            ("oracle/open_spans", times), ("agents/names", {"at": times["at"]}), *counts, *spans
        )
        sent = merged(row for rows in parts[: len(counts)] for row in rows)
        worked = spans_by_agent(parts[len(counts) :])
        return Names(names, worked, {name: row["sent"] for name, row in sent.items()}), running

    queries = [*counts, *spans]
    is_settled = [name for name, _ in queries] == ["agents/counts_settled", "agents/spans"]
    if is_settled and not asked.is_past:
        names, running = kept(context().settled_agents, SETTLED, repr(queries), stored)[0]
    else:
        names, running = stored()
    return names, [row for row in running if row["began_ns"] >= ns(since)]


def discovered(told: Told, work: Work) -> tuple[Agents, Mapping[str, list[Active]]]:
    """The agents, and by their names in telemetry what of them runs that is no task."""
    mode = context().settings.oracle_discovery_mode
    running = of_spans(told.running[:MOST_SPANS], work.links, work.begun)
    agents = Agents()
    if mode != "telemetry":
        agents.deployed(told.deployments, mode)
    names, spans, sent = told.of_telemetry
    for row in names:
        name = row["agent"]
        kinds = {
            "messages": sent.get(name),
            "spans": name in spans or name in running,
            "tasks": name in work.begun,
        }
        models = spans[name]["models"] if name in spans else []
        agents.heard(row, [kind for kind, is_so in kinds.items() if is_so], models, mode)
    return agents, running


def deployments_query(cluster: Source) -> list[tuple[str, dict[str, Any]]]:
    """The query for Deployments as they were seen last; none when nobody looked."""
    if (times := cluster.window) is None:
        return []
    since, until = map(bound, times)
    chosen = {"since": since, "until": until, "kinds": [DEPLOYMENT], "most": MOST_DEPLOYMENTS}
    return [("oracle/things", chosen)]
