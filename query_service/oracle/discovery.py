"""Which agents there are, by what is stored of them (ORACLE_DISCOVERY_MODE)."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.oracle_activity import Active, of_spans
from query_service.models.oracle_discovery import Agents
from query_service.models.oracle_source import Source
from query_service.models.oracle_workload import DEPLOYMENT
from query_service.oracle.sources import KUBERNETES, source
from query_service.oracle.tasks import Work
from query_service.routes.agent_counts import counts_queries
from query_service.routes.agent_spans import span_queries, spans_by_agent
from query_service.routes.context import Moment, bound, context, database
from query_service.routes.tail import merged, tail_of, with_repeats

MOST_DEPLOYMENTS = 5_000
MOST_SPANS = 10_000
"""So many spans that run are looked at."""
SPAN_HOURS = 24
"""A span that began before is not taken to run: its end was lost."""


class Told(NamedTuple):
    """What is stored of agents: their Deployments, names, spans, spans that run, and how many
    messages each sent."""

    deployments: list[Row]
    names: list[Row]
    spans: Mapping[str, Row]
    running: list[Row]
    sent: Mapping[str, int]


def read(asked: Moment, known: dict[str, Source]) -> Told:
    """What is stored of agents."""
    at = asked.parameters["at"]
    since = bound(asked.now - timedelta(hours=SPAN_HOURS))
    times = {"since": since, "until": asked.parameters["now"], "most": MOST_SPANS + 1}
    [came], [position], names, running, *deployed = database().together(
        ("queues/tail", {}),
        ("traces/position", {}),
        ("agents/names", {"at": at}),
        ("oracle/open_spans", times),
        *_deployments(source(known, KUBERNETES)),
    )
    counts = counts_queries(asked, with_repeats(asked, tail_of(asked, came)))
    parts = database().together(*counts, *span_queries(asked, position))
    sent = merged(row for part in parts[: len(counts)] for row in part)
    return Told(
        [row for rows in deployed for row in rows],
        names,
        spans_by_agent(parts[len(counts) :]),
        running,
        {agent: row["sent"] for agent, row in sent.items()},
    )


def discovered(told: Told, work: Work) -> tuple[Agents, Mapping[str, list[Active]]]:
    """The agents, and by their names in telemetry what of them runs that is no task."""
    mode = context().settings.oracle_discovery_mode
    running = of_spans(told.running[:MOST_SPANS], work.links, work.begun)
    agents = Agents()
    agents.deployed(told.deployments, mode)
    for row in told.names:
        name = row["agent"]
        kinds = {
            "messages": told.sent.get(name),
            "spans": name in told.spans or name in running,
            "tasks": name in work.begun,
        }
        models = told.spans[name]["models"] if name in told.spans else []
        agents.heard(row, [kind for kind, is_so in kinds.items() if is_so], models, mode)
    return agents, running


def _deployments(cluster: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    """The query for Deployments as they were seen last; none when nobody looked, or is to."""
    if context().settings.oracle_discovery_mode != "telemetry" and (times := cluster.window):
        since, until = map(bound, times)
        chosen = {"since": since, "until": until, "kinds": [DEPLOYMENT], "most": MOST_DEPLOYMENTS}
        yield "oracle/things", chosen
