"""A Dockerfile, and its steps run without an engine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILES = (ROOT / "otel-collector/Dockerfile", ROOT / "query_service/Dockerfile")

_NOT_IN_CONTEXT = shutil.ignore_patterns("__pycache__")


@dataclass
class Stage:
    """One stage: where it begins, and its instructions in order."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def told(self, instruction: str) -> list[str]:
        """What follows each instruction of a kind."""
        return [rest for kind, rest in self.steps if kind == instruction]


def stages(path: Path) -> list[Stage]:
    """The stages of a Dockerfile, in order."""
    found: list[Stage] = []
    text = re.sub(r"^#.*\n", "", path.read_text(), flags=re.M).replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        instruction, rest = line.split(maxsplit=1)
        if instruction == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name))
        else:
            found[-1].steps.append((instruction, rest))
    return found


def copied(step: str) -> tuple[list[str], str]:
    """The sources and the target of a COPY of the context."""
    *sources, target = step.split()
    return sources, target


def run(stage: Stage, root: Path) -> None:
    """Do what a stage does, with `root` in the place of /.

    Absolute paths stand below it; what a step starts comes from this machine.
    """
    place = root
    for instruction, rest in stage.steps:
        if instruction == "WORKDIR":
            place = root / rest.lstrip("/")
            place.mkdir(parents=True)
        elif instruction == "COPY":
            sources, target = copied(rest)
            for source in sources:
                _copy(ROOT / source, place / target, len(sources) > 1 or target.endswith("/"))
        elif instruction == "RUN":
            command = re.sub(r"(?<![\w.])/opt/", f"{root}/opt/", rest)
            subprocess.run(["/bin/sh", "-ec", command], cwd=place, check=True, env=dict(_clean()))
        elif instruction != "ENV":  # this machine may keep what pip downloads
            raise ValueError(f"{instruction} cannot be done here")


def _copy(source: Path, target: Path, into: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=_NOT_IN_CONTEXT, dirs_exist_ok=True)
        return
    where = target / source.name if into or target.is_dir() else target
    where.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, where)


def _clean() -> Iterator[tuple[str, str]]:
    """This environment, without what would lead to our own packages."""
    for name, value in os.environ.items():
        if not name.startswith("PYTHON"):
            yield name, value
