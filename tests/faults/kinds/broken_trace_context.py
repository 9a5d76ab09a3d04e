"""Messages without a trace, or spans whose parents never come."""

from tests.faults.placing import free, moment, take, truth_of
from tests.faults.records import Truth
from tests.faults.world import World

_LEAST = 6


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 120, 2700)
    share = rng.uniform(0.5, 1.0)
    variant = rng.choice(("messages without context", "parents never come"))
    truth = truth_of(world, "broken_trace_context", [agent], since, variant)

    def strikes() -> bool:
        if world.now < since or rng.random() > share:
            return False
        truth.times += 1
        return True

    if variant == "messages without context":
        agent.habits.is_traced = lambda: not strikes()
    else:
        agent.habits.exports = lambda what: not (what.startswith("process ") and strikes())
    return truth


def holds(world: World, truth: Truth) -> bool:
    return truth.times >= _LEAST
