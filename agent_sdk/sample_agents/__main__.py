"""`python -m agent_sdk.sample_agents <name>` runs one of the sample agents until it is stopped."""

import sys
from collections.abc import Callable

from agent_sdk.sample_agents import coder, orchestrator, researcher, reviewer, writer

AGENTS: dict[str, Callable[[], None]] = {
    "orchestrator": orchestrator.main,
    "researcher": researcher.main,
    "writer": writer.main,
    "coder": coder.main,
    "reviewer": reviewer.main,
}


def main(arguments: list[str]) -> int:
    """Run the agent named; the exit code: 2 when there is no such agent."""
    if len(arguments) != 1 or arguments[0] not in AGENTS:
        print(f"usage: python -m agent_sdk.sample_agents <{'|'.join(AGENTS)}>", file=sys.stderr)
        return 2
    AGENTS[arguments[0]]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
