"""One world: agents, their traffic, and what is usual and may look odd. The same for a seed.

It begins some quiet hours before the hour that is judged, so that there is a past to compare with.
"""

from collections.abc import Callable
from typing import Any

from tests.faults import topologies
from tests.faults.agent import Agent
from tests.faults.cluster import Cluster
from tests.faults.engine import Loop
from tests.faults.flows import Ask, Flow, Run
from tests.faults.job import Job
from tests.faults.reader import Steps
from tests.faults.records import Failure, Truth
from tests.faults.scene import HOUR, draw
from tests.faults.skills import model_error, seconds_of, skill_of, tool_error

Plant = Callable[["World"], Truth]


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
        self.scene = draw(self.rng)
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
        skill = skill_of(rng, role, self.suffix)
        name = f"{role}-{self.suffix}"
        if self.scene.names_with_spaces:
            name = name.replace("-", " ").title()
        agent = Agent(self, name, skill, workers, reads_ahead)
        if score:
            agent.flow = topologies.judged
        agent.habits.model_fails = lambda: self._rarely(
            self.scene.llm_errors, model_error(self.rng)
        )
        agent.habits.tool_fails = lambda tool: self._rarely(
            self.scene.tool_errors, tool_error(self.rng, tool)
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


def usual_seconds(agent: Agent) -> float:
    """What a task takes it, about."""
    return seconds_of(agent.skill)
