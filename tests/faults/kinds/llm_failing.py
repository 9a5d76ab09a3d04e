"""Calls of a model fail, for one agent or for all."""

from tests.faults.placing import free, moment, take, truth_of
from tests.faults.records import Failure, Truth
from tests.faults.world import World

_LEAST = 6
_ERRORS = (
    ("AuthenticationError", "Error code: 401 - Incorrect API key provided: sk-****", False),
    ("InternalServerError", "Error code: 500 - The server had an error", True),
    ("ServiceUnavailableError", "Error code: 503 - The model is overloaded", True),
    ("APIConnectionError", "Connection error.", True),
    ("NotFoundError", "Error code: 404 - The model does not exist", False),
)


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    since = moment(world, 120, 2900)
    until = rng.choice((world.end, since + rng.uniform(400, 1500)))
    share = rng.uniform(0.25, 1.0)
    agents = [a for a in world.agents.values() if a is not world.portal]
    if rng.random() < 0.5:
        agents = [take(world)]
    error_type, text, retryable = rng.choice(_ERRORS)
    variant = f"{error_type} in {share:.0%} of {'all' if len(agents) > 1 else 'one'}"
    truth = truth_of(world, "llm_failing", agents, since, variant)

    def fails() -> Failure | None:
        if not since <= world.now < until or rng.random() > share:
            return None
        truth.times += 1
        return Failure(error_type, text, "llm_error", retryable)

    for agent in agents:
        agent.habits.model_fails = fails
    return truth


def holds(world: World, truth: Truth) -> bool:
    return truth.times >= _LEAST
