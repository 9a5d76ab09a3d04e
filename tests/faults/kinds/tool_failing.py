"""A tool of an agent fails."""

from tests.faults.placing import free, moment, take, truth_of
from tests.faults.records import Failure, Truth
from tests.faults.world import World

_LEAST = 5
_ERRORS = (
    ("ConnectionError", "{tool}: connection refused", "network_error", True),
    ("PermissionError", "{tool}: access denied", "config_error", False),
    ("ToolError", "{tool}: bad answer, status 502", "tool_error", True),
    ("TimeoutError", "{tool}: no answer within 30 s", "timeout_error", True),
)


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 120, 2800)
    until = rng.choice((world.end, since + rng.uniform(500, 1500)))
    share = rng.uniform(0.35, 1.0)
    failing = rng.choice(agent.skill.tools)
    error_type, text, category, retryable = rng.choice(_ERRORS)
    variant = f"{error_type} in {share:.0%} of {failing}"
    truth = truth_of(world, "tool_failing", [agent], since, variant)
    usual = agent.habits.tool_fails

    def fails(tool: str) -> Failure | None:
        if tool != failing or not since <= world.now < until or rng.random() > share:
            return usual(tool)
        truth.times += 1
        return Failure(error_type, text.format(tool=tool), category, retryable)

    agent.habits.tool_fails = fails
    return truth


def holds(world: World, truth: Truth) -> bool:
    return truth.times >= _LEAST
