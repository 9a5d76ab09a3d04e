"""`python -m tests.helm.renew` writes the rendered examples, and helm/agents-sample.yaml, anew."""

from copy import deepcopy
from pathlib import Path

import yaml

from tests.helm.chart import CHART, HERE, VALUES, objects, text

SAMPLE = CHART / "agents-sample.yaml"
_HEAD = """\
# The five sample agents, as the chart makes them with agents.enabled (python -m tests.helm.renew):
# kubectl apply -f helm/agents-sample.yaml
"""
_OF_HELM = ("app.kubernetes.io/managed-by", "helm.sh/chart")


def rendered(name: str) -> Path:
    """Where the example of a values file is."""
    return HERE / "rendered" / f"{name}.yaml"


def sample() -> str:
    """The agents of the chart, as objects that are not helm's."""
    made = deepcopy(objects(VALUES["default"], "--set", "agents.enabled=true"))
    mine = [one for one in made if _component(one) == "agents" and one["kind"] != "NetworkPolicy"]
    for one in mine:
        pod = one.get("spec", {}).get("template", one)
        for labels in (one["metadata"]["labels"], pod["metadata"]["labels"]):
            for label in _OF_HELM:
                labels.pop(label, None)
    return _HEAD + yaml.safe_dump_all(mine, sort_keys=False, width=100)


def _component(one: dict[str, object]) -> str:
    metadata = one["metadata"]
    assert isinstance(metadata, dict)
    return str(metadata["labels"]["app.kubernetes.io/component"])


if __name__ == "__main__":
    for name, values in VALUES.items():
        rendered(name).parent.mkdir(exist_ok=True)
        rendered(name).write_text(text(values))
    SAMPLE.write_text(sample())
