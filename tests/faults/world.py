"""One world: agents, their traffic, and what is usual and may look odd. The same for a seed.

It begins some quiet hours before the hour that is judged, so that there is a past to compare with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.faults import topologies
from tests.faults.agent import Agent, Job, Skill, result
from tests.faults.cluster import Cluster
from tests.faults.engine import Loop, Steps
from tests.faults.flows import Ask, Flow, Run
from tests.faults.records import Failure, Truth
from tests.faults.texts import sentence

HOUR = 3600.0
Plant = Callable[["World"], Truth]
_SKILLS = {
    "reviewer": (2, 6), "critic": (2, 6), "fact-checker": (2, 8), "indexer": (1, 3),
    "orchestrator": (1, 3), "dispatcher": (1, 2), "director": (1, 4),
}  # fmt: skip
_TOOLS = ("search", "fetch_page", "run_tests", "read_file", "query_db", "render")


@dataclass(frozen=True)
class Scene:
    """What is particular about the healthy part of a world."""

    topology: str
    load: float
    """Share of the time that the busiest agent works."""
    burst_at: float | None
    burst: int
    quiet: tuple[float, float]
    """Between these seconds of the hour nothing is asked."""
    newcomer: bool
    restart_at: float | None
    has_cluster: bool
    has_gateway: bool
    names_with_spaces: bool
    llm_errors: float
    tool_errors: float
    ttl: int | None


def suffix_of(number: int) -> str:
    """What all names of a world end with: in letters, since numbers are left out of the messages
    that errors are grouped by."""
    letters = ""
    for _ in range(4):
        number, digit = divmod(number, 26)
        letters = chr(ord("a") + digit) + letters
    return f"w{letters}"


class World(Loop):
    """Build it, plant faults, `run()`."""

    def __init__(self, number: int, seed: int, at: float, hours_before: float = 3) -> None:
        self.since = at - HOUR
        super().__init__(seed, self.since - hours_before * HOUR, at)
        self.number = number
        self.seed = seed
        self.suffix = suffix_of(number)
        self.agents: dict[str, Agent] = {}
        self.truths: list[Truth] = []
        self.taken: set[str] = set()
        """Agents with a fault already."""
        self.scene = _scene(self.rng)
        self.cluster = Cluster(self)
        self.model = f"gpt-{self.suffix}"
        self.arrivals: list[Callable[[float], float]] = []
        """Factors of the usual rate, by the time."""
        make = next(t for t in topologies.ALL if t.__name__ == self.scene.topology)
        self.topology = make(self)
        self.tpm_max, self.rpm_max = 2_000_000, 5_000
        self.portal = self.agent("portal", workers=16)
        self.portal.skill.tools = ()
        self._usual()

    def plant(self, plant: Plant) -> Truth:
        """Add a fault."""
        truth = plant(self)
        self.truths.append(truth)
        return truth

    def agent(
        self, role: str, workers: int = 1, reads_ahead: bool = False, score: bool = False
    ) -> Agent:
        """Make an agent of this world."""
        rng = self.rng
        low, high = _SKILLS.get(role, (3, 14))
        skill = Skill(
            self.model if hasattr(self, "model") else f"gpt-{self.suffix}",
            tuple(f"{tool}_{self.suffix}" for tool in rng.sample(_TOOLS, rng.randint(1, 2))),
            rng.uniform(low, high), rng.uniform(0.2, 2.5), rng.randint(300, 3000),
            (1, rng.randint(1, 3)),
        )  # fmt: skip
        name = f"{role}-{self.suffix}"
        if self.scene.names_with_spaces:
            name = name.replace("-", " ").title()
        agent = Agent(self, name, skill, workers, reads_ahead)
        if score:
            agent.flow = _judge
        agent.habits.model_fails = lambda: self._rarely(
            self.scene.llm_errors, _model_error(self.rng)
        )
        agent.habits.tool_fails = lambda tool: self._rarely(
            self.scene.tool_errors, _tool_error(self.rng, tool)
        )
        agent.habits.ttl = lambda: self.scene.ttl
        self.agents[role] = agent
        return agent

    def _rarely(self, share: float, failure: Failure) -> Failure | None:
        return failure if self.rng.random() < share else None

    def ask(
        self,
        priority: str | None = None,
        front: Agent | None = None,
        brief: dict[str, Any] | None = None,
    ) -> None:
        """Work comes from outside."""
        rng = self.rng
        target = (front or self.topology.front).name
        brief = brief or topologies.brief(rng)

        def flow(run: Run) -> Flow:
            [answer] = yield [Ask(target, brief, "from outside")]
            return {"result": answer.get("result")}

        chosen = priority or rng.choices(("low", "normal", "high", "critical"), (20, 60, 15, 5))[0]
        run = Run(self.portal, flow, None, brief, f"conv-{self.new_id()[:8]}", chosen)

        def begin(job: Job) -> Steps:
            yield rng.uniform(0.001, 0.01)
            yield from run.begin(job)

        if self.portal.is_reading:
            self.portal.idea(begin)

    def rate(self) -> float:
        """Pieces of work a second, at the usual load."""
        busiest = max(usual_seconds(agent) / agent.workers for agent in self.topology.workers)
        askers = [a for a in self.topology.askers if not a.reads_ahead]
        own = max((usual_seconds(agent) for agent in askers), default=0.0)
        slowest = max(busiest * self.topology.visits, own * 1.2)
        return min(self.scene.load / slowest, 240 / HOUR)

    def _usual(self) -> None:
        self.at(self.now + self.rng.uniform(0, 30), self._arrive)
        scene = self.scene
        if scene.burst_at is not None:
            for _ in range(scene.burst):
                self.at(self.since + scene.burst_at + self.rng.uniform(0, 60), self.ask)
        if scene.restart_at is not None:
            self.at(self.since + scene.restart_at, self._restart)
        if scene.newcomer:
            self._newcomer()

    def _arrive(self) -> None:
        in_hour = self.now >= self.since
        factor = 1.0 if in_hour else 0.6
        begins, ends = self.scene.quiet
        if self.since + begins <= self.now < self.since + ends:
            factor = 0.0
        for of_time in self.arrivals:
            factor *= of_time(self.now)
        most = self.rate() * 12
        # Thinned: the rate may change at any time.
        if self.rng.random() < self.rate() * factor / most:
            self.ask()
        self.later(self.rng.expovariate(most), self._arrive)

    def _restart(self) -> None:
        """Planned: it ends its work, and is back soon."""
        agent = self.rng.choice(self.topology.workers)
        if agent.slug in self.taken:
            return
        agent.is_reading = False

        def ended() -> None:
            if agent.running:
                self.later(1.0, ended)
                return
            agent.leave()
            self.cluster.roll(agent)
            self.later(self.rng.uniform(8, 40), agent.start)

        ended()

    def _newcomer(self) -> None:
        """An agent that has no past: it gets some work from outside directly."""
        agent = self.agent("newcomer")
        begins = self.since + self.rng.uniform(300, 2400)
        agent.members[:] = []
        agent.is_reading = False

        def come() -> None:
            agent.start()
            self.cluster.appear(agent)

        self.cluster.hide(agent)
        self.at(begins, come)
        time = begins
        while (time := time + self.rng.expovariate(1 / (2.5 * usual_seconds(agent)))) < self.end:
            self.at(time, lambda: self.ask(front=agent))


def _scene(rng: Random) -> Scene:
    has_burst = rng.random() < 0.4
    return Scene(
        topology=rng.choice(topologies.ALL).__name__,
        load=rng.uniform(0.12, 0.45),
        burst_at=rng.uniform(60, 2400) if has_burst else None,
        burst=rng.randint(5, 12),
        quiet=_quiet(rng),
        newcomer=rng.random() < 0.2,
        restart_at=rng.uniform(120, 3200) if rng.random() < 0.3 else None,
        has_cluster=rng.random() < 0.7,
        has_gateway=rng.random() < 0.6,
        names_with_spaces=rng.random() < 0.2,
        llm_errors=rng.choice((0.0, 0.005, 0.015)),
        tool_errors=rng.choice((0.0, 0.01, 0.02)),
        ttl=rng.choice((None, None, 3600, 7200)),
    )


def _quiet(rng: Random) -> tuple[float, float]:
    """The end of the night, or its beginning; mostly neither."""
    night = rng.random()
    if night < 0.15:
        return 0.0, rng.uniform(600, 1500)
    return (rng.uniform(1200, 3000), HOUR) if night < 0.3 else (0.0, 0.0)


def usual_seconds(agent: Agent) -> float:
    """What a task takes it, about."""
    skill = agent.skill
    calls = sum(skill.calls) / 2
    tools = 0.7 * skill.tool_seconds * 1.1 if skill.tools else 0.0
    return 1.2 * calls * (skill.llm_seconds * 1.07 + tools)


def _judge(run: Run) -> Flow:
    """A score that rises with every round, and what is still to be done."""
    yield from run.job.piece()
    rng = run.agent.loop.rng
    last = float(run.brief.get("last", 0.0))
    score = min(1.0, max(last + rng.uniform(0.15, 0.4), rng.uniform(0.5, 0.95)))
    answer: dict[str, Any] = result(run.job)
    return {
        **answer,
        "score": round(score, 2),
        "comments": sentence(rng, round(20 * (1.1 - score))),
    }


def _model_error(rng: Random) -> Failure:
    kind, text = rng.choice(
        (
            ("APITimeoutError", "Request timed out."),
            ("InternalServerError", f"Error code: 500 - request id req_{rng.randrange(10**9)}"),
        )
    )
    return Failure(kind, text, "llm_error", retryable=True)


def _tool_error(rng: Random, tool: str) -> Failure:
    text = f"{tool}: no answer within {rng.choice((5, 10))} s"
    return Failure("TimeoutError", text, "timeout_error", retryable=True)
