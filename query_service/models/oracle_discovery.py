"""Which agents there are: one of several sources is one agent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from query_service.db import Row
from query_service.models.oracle_things import Workload, seen
from query_service.models.values import utc
from query_service.settings import DiscoveryMode

_IGNORED = str.maketrans("", "", " -_")


def key(name: str) -> str:
    """What two names of one agent have in common: case, spaces, dashes and underscores aside."""
    return name.casefold().translate(_IGNORED) or name


@dataclass
class Agent:
    """An agent, by which sources it is `known`, its Deployments, and what it is `called` in queues
    and spans. Its models are those that a Deployment names, else those that its spans call."""

    name: str
    known: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)
    description: str = ""
    deployments: list[tuple[str, str]] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    seen_at: datetime | None = None

    @property
    def models(self) -> list[str]:
        """Each once."""
        return list(dict.fromkeys(self.named)) or sorted(self.calls)

    def see(self, source: str, time: datetime | None) -> None:
        """Note that a source knows it."""
        if source not in self.known:
            self.known.append(source)
        if time and (self.seen_at is None or utc(time) > self.seen_at):
            self.seen_at = utc(time)


@dataclass
class Agents:
    """Agents by their key; `other` are the keys of their Deployments' names, where these differ.
    Those that are `hidden` are not told of, whoever knows them."""

    found: dict[str, Agent] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    cannot_be_read: list[str] = field(default_factory=list)

    def deployed(self, rows: Iterable[Row], mode: DiscoveryMode) -> None:
        """Add the agents that Deployments are, in the order of their names."""
        for row in rows:
            if (workload := seen(Workload, row)) is None:
                self.cannot_be_read.append(f"{row['namespace']}/{row['name']}")
                continue
            marks = {name: value.strip() for name, value in workload.marks.items()}
            name = marks.get("name") or row["name"]
            if _is_true(marks.get("exclude")):
                self.hidden |= {key(name), key(row["name"])}
            elif mode == "all" or _is_true(marks.get("agent")):
                agent = self.found.setdefault(key(name), Agent(name))
                self.other.setdefault(key(row["name"]), key(name))
                agent.see("kubernetes", row["last_seen"])
                agent.deployments.append((row["namespace"], row["name"]))
                agent.description = agent.description or marks.get("description", "")
                named = (model.strip() for model in marks.get("models", "").split(","))
                agent.named += filter(None, named)

    def heard(
        self, row: Row, sources: Collection[str], models: Iterable[str], mode: DiscoveryMode
    ) -> None:
        """Add an agent of `agents/names`, when telemetry of these kinds tells of it and the mode
        takes it for an agent then, or to what is known of it."""
        own = key(row["agent"])
        own = own if own in self.found else self.other.get(own, own)
        if own not in self.found and (not sources or mode in ("labeled", "all")):
            return
        agent = self.found.setdefault(own, Agent(row["name"] or row["agent"]))
        agent.called.append(row["agent"])
        agent.calls.update(models)
        for source in sources:
            agent.see(source, row["last_seen"])

    @property
    def shown(self) -> list[Agent]:
        """Those that are not hidden, by their keys."""
        return [agent for own, agent in sorted(self.found.items()) if own not in self.hidden]


def _is_true(mark: str | None) -> bool:
    return (mark or "").lower() == "true"
