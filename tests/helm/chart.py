"""Renders the chart by helm, each set of values once."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from local_stack.cache import ROOT

from tests.kubernetes_api.tools import tools

CHART = ROOT / "helm"
HERE = Path(__file__).parent
RELEASE = SPACE = "telemetry"
VALUES = {
    path.stem.removeprefix("values-").replace("values", "default"): path
    for path in sorted([*CHART.glob("values*.yaml"), *(HERE / "values").glob("*.yaml")])
}
"""Every values file: those of the chart, and those of these tests, by a short name."""
_GENERATED = re.compile(
    r"^(  (?:viewer-key|operator-key|password|reader-password): |"
    r"    (?:viewer|operator) chart-[a-z]+ sha256:).*",
    re.M,
)

Object = dict[str, Any]


def helm(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run helm to its end, whatever it says."""
    command = [str(tools() / "helm"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@cache
def text(values: Path, *options: str) -> str:
    """What helm makes of the chart; what is drawn by lot is taken out. Raises RuntimeError."""
    told = helm("template", "agent-telemetry", str(CHART), "-n", SPACE, "-f", str(values), *options)
    if told.returncode:
        raise RuntimeError(told.stderr)
    return _GENERATED.sub(r"\1generated", told.stdout)


@cache
def objects(values: Path, *options: str) -> list[Object]:
    """The objects that helm makes; each caller gets the same."""
    found = yaml.load_all(text(values, *options), Loader=yaml.CSafeLoader)
    return [one for one in found if one]


def of_kind(found: Sequence[Object], *kinds: str) -> dict[str, Object]:
    """Those of some kinds, by name."""
    return {one["metadata"]["name"]: one for one in found if one["kind"] in kinds}


def pods(found: Sequence[Object]) -> dict[str, Object]:
    """The pods that these objects will have, by the name of what makes them: metadata and spec."""
    made = of_kind(found, "Deployment", "StatefulSet", "Job")
    alone = of_kind(found, "Pod")
    return {name: one["spec"]["template"] for name, one in made.items()} | alone


def containers(pod: Object) -> list[Object]:
    """All containers of a pod, those of its start too."""
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def environment(container: Object) -> dict[str, Any]:
    """The environment of a container: a value, or where it comes from."""
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}
