"""Which parts of a stack run."""

from dataclasses import replace

from local_stack import programs
from local_stack.programs import Stage
from local_stack.settings import Settings as LocalSettings

_ASKED = ("clickhouse", "query")


def everything(settings: LocalSettings) -> list[Stage]:
    """All but agents."""
    return programs.stages(settings, ())


def asking(settings: LocalSettings) -> list[Stage]:
    """What questions need."""
    return [
        replace(
            stage,
            programs=[program for program in stage.programs if program.name in _ASKED],
            before=[step for step in stage.before if step[0] == "migrations"],
        )
        for stage in everything(settings)
    ]
