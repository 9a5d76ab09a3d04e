"""What is particular about the healthy part of a world."""

from dataclasses import dataclass
from random import Random

from tests.faults import topologies

HOUR = 3600.0


@dataclass(frozen=True)
class Scene:
    """Drawn once for each world. Times are seconds of the hour."""

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


def draw(rng: Random) -> Scene:
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
