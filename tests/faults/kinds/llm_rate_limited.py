"""The provider refuses calls of a model, since there are too many."""

from tests.faults.placing import free, moment, truth_of
from tests.faults.records import Failure, Truth
from tests.faults.world import World

_LEAST = 8


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    since = moment(world, 120, 3000)
    until = rng.choice((world.end, since + rng.uniform(400, 1500)))
    share = rng.uniform(0.2, 0.9)
    users = [a for a in world.agents.values() if a is not world.portal]
    truth = truth_of(world, "llm_rate_limited", users, since, f"{share:.0%} of the calls")
    limit = rng.choice((30_000, 90_000, 200_000))
    world.tpm_max = limit

    def fails() -> Failure | None:
        if not since <= world.now < until or rng.random() > share:
            return None
        truth.times += 1
        used = round(limit * rng.uniform(0.97, 1.0))
        text = (
            f"Error code: 429 - Rate limit reached for {world.model} on tokens per min (TPM): "
            f"Limit {limit}, Used {used}. Please try again in {rng.uniform(0.2, 9):.2f}s."
        )
        return Failure("RateLimitError", text, "llm_error", retryable=True)

    for agent in users:
        agent.habits.model_fails = fails
    return truth


def holds(world: World, truth: Truth) -> bool:
    return truth.times >= _LEAST
