"""The state of the whole system: all sections, of one time."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.oracle_source import Source, sources
from query_service.models.oracle_workload import DEPLOYMENT
from query_service.models.values import iso
from query_service.oracle import agents, discovery, llm, queues, tasks, workload
from query_service.oracle.section import Section
from query_service.oracle.sources import sources_query
from query_service.routes.context import Moment, database
from query_service.routes.waiting import topics_query

MOST_TOLD = 1_000
"""So many issues, and so many things that are not known, are told."""


@dataclass(frozen=True)
class State:
    """The sections of a state by their names in the schema, as they were at a time."""

    now: datetime
    known: dict[str, Source]
    sections: dict[str, Section]

    @property
    def issues(self) -> list[str]:
        """What does not run as it should."""
        return once(issue for one in self.sections.values() for issue in one.issues)

    @property
    def unknown(self) -> list[str]:
        """What is not known or not shown, and why."""
        return once(what for one in self.sections.values() for what in one.unknown)

    @property
    def status(self) -> str:
        """In a word."""
        return "degraded" if self.issues else "healthy"

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each."""
        return {name: n for one in self.sections.values() for name, n in one.counts.items()}

    @property
    def sources(self) -> dict[str, Any]:
        """How each source of the observer is."""
        return {name: told_source(one) for name, one in self.known.items()}

    def told(self, strict: bool) -> dict[str, Any]:
        """The state as its schema has it, with our fields unless it is strict."""
        state = {
            "id": str(uuid.uuid4()),
            **{name: one.told(strict) for name, one in self.sections.items()},
        }
        if strict:
            return state
        return {
            **state,
            "generated_at": iso(self.now),
            "status": self.status,
            "sources": self.sources,
            "issues": self.issues,
            "unknown": self.unknown,
        }


def find(asked: Moment) -> State:
    """The state of a time. What several sections need is asked for once, and each is put together
    while others are asked for."""
    seen, topics, came, position = database().together(
        sources_query(asked), topics_query(asked), ("queues/tail", {}), ("traces/position", {})
    )
    known = sources(seen, asked.now)

    def cluster() -> tuple[Section, list[Row]]:
        recorded = workload.read(known)
        deployments = [row for row in recorded.things if row["kind"] == DEPLOYMENT]
        return workload.of(known, recorded), deployments

    def waiting() -> tuple[Section, tasks.Work]:
        work = tasks.of(asked, came, topics)
        return queues.of(asked, known, work), work

    (models, (ran, deployments)), (telemetry, (waits, work)) = database().beside(
        lambda: database().beside(lambda: llm.find(asked, known), cluster),
        lambda: database().beside(lambda: discovery.read(asked, came, position), waiting),
    )
    told = discovery.Told(deployments, *telemetry)
    sections = {
        "agents": agents.of(asked, known, told, work),
        "workload": ran,
        "queues": waits,
        "litellm": models,
    }
    return State(asked.now, known, sections)


def told_source(source: Source) -> dict[str, Any]:
    """How a source is."""
    message = {"message": source.message} if source.message else {}
    return {"state": source.state, "since": iso(source.since), **message}


def once(sentences: Iterable[str], most: int = MOST_TOLD) -> list[str]:
    """Each once, and not too many."""
    told = list(dict.fromkeys(sentences))
    more = len(told) - most
    return told if more <= 0 else [*told[:most], f"and {more:,} more"]
