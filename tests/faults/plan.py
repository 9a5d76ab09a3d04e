"""Which worlds there are: a number, a seed, and what is planted in each."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from types import ModuleType
from zlib import crc32

from tests.faults.world import World, suffix_of

KINDS = (
    "agent_not_consuming", "backlog_growing", "stuck_task", "lost_handoff", "expired_task",
    "handoff_loop", "wait_cycle", "retry_storm", "poison_message", "duplicate_work",
    "ghost_completion", "priority_inversion", "error_burst", "llm_rate_limited", "llm_failing",
    "tool_failing", "slow_agent", "token_runaway", "broken_trace_context", "workload_unhealthy",
    "telemetry_gap",
)  # fmt: skip
HEALTHY, PAIRS = "healthy", "pairs"
APART = 1800.0
"""So many seconds lie between the ends of two worlds."""
_TRIES = 40


class NotPlanted(Exception):
    """No world of this seed had a place for the fault."""


@dataclass(frozen=True)
class Spec:
    """A world that can be made again at any time. `at` is its end."""

    number: int
    group: str
    seed: int
    kinds: tuple[str, ...]
    at: float

    @property
    def suffix(self) -> str:
        """What the names of its agents end with."""
        return suffix_of(self.number)


def specs(groups: Sequence[str], seeds: int, first_seed: int, last_end: float) -> list[Spec]:
    """Worlds of these groups (kinds, healthy, pairs), the last one ending at `last_end`."""
    wanted = [(group, seed) for seed in range(first_seed, first_seed + seeds) for group in groups]
    return [
        Spec(number, group, seed, _planted(group, seed), last_end - APART * (len(wanted) - number))
        for number, (group, seed) in enumerate(wanted, 1)
    ]


def make(spec: Spec) -> World:
    """The world, run to its end. Raises NotPlanted."""
    for attempt in range(_TRIES):
        seed = crc32(f"{spec.group}:{spec.seed}:{attempt}".encode())
        world = World(spec.number, seed, spec.at)
        planted = []
        for kind in spec.kinds:
            module = fault(kind)
            if not module.fits(world):
                break
            planted.append((module, world.plant(module.plant)))
        if len(planted) < len(spec.kinds):
            continue
        world.run()
        if all(module.holds(world, truth) for module, truth in planted):
            return world
    raise NotPlanted(f"{spec.group} {spec.seed}: none of {_TRIES} worlds had a place for it")


def fault(kind: str) -> ModuleType:
    """The module of a kind: `fits(world)`, `plant(world)`, `holds(world, truth)`."""
    return importlib.import_module(f"tests.faults.kinds.{kind}")


def _planted(group: str, seed: int) -> tuple[str, ...]:
    if group == HEALTHY:
        return ()
    if group == PAIRS:
        first, second = Random(seed).sample(KINDS, 2)
        return first, second
    return (group,)
