"""How fast agents of a world are, and what goes wrong now and then though all is well."""

from random import Random

from tests.faults.habits import Skill
from tests.faults.records import Failure

_SKILLS = {
    "reviewer": (2, 6), "critic": (2, 6), "fact-checker": (2, 8), "indexer": (1, 3),
    "orchestrator": (1, 3), "dispatcher": (1, 2), "director": (1, 4),
}  # fmt: skip
_TOOLS = ("search", "fetch_page", "run_tests", "read_file", "query_db", "render")


def skill_of(rng: Random, role: str, suffix: str) -> Skill:
    """Drawn for an agent. Its model and its tools carry the name of the world."""
    low, high = _SKILLS.get(role, (3, 14))
    return Skill(
        f"gpt-{suffix}",
        tuple(f"{tool}_{suffix}" for tool in rng.sample(_TOOLS, rng.randint(1, 2))),
        rng.uniform(low, high), rng.uniform(0.2, 2.5), rng.randint(300, 3000),
        (1, rng.randint(1, 3)),
    )  # fmt: skip


def seconds_of(skill: Skill) -> float:
    """What a task takes it, about."""
    calls = sum(skill.calls) / 2
    tools = 0.7 * skill.tool_seconds * 1.1 if skill.tools else 0.0
    return 1.2 * calls * (skill.llm_seconds * 1.07 + tools)


def model_error(rng: Random) -> Failure:
    kind, text = rng.choice(
        (
            ("APITimeoutError", "Request timed out."),
            ("InternalServerError", f"Error code: 500 - request id req_{rng.randrange(10**9)}"),
        )
    )
    return Failure(kind, text, "llm_error", retryable=True)


def tool_error(rng: Random, tool: str) -> Failure:
    text = f"{tool}: no answer within {rng.choice((5, 10))} s"
    return Failure("TimeoutError", text, "timeout_error", retryable=True)
