"""Every values file gives objects that Kubernetes knows, and those that are checked in."""

from pathlib import Path

import kubernetes_validate
import pytest

from tests.helm import renew
from tests.helm.chart import CHART, VALUES, helm, objects, text
from tests.kubernetes_api.build import VERSION

FOREIGN = {"ScaledObject", "TriggerAuthentication"}
"""Kinds of KEDA, whose schemas Kubernetes does not have."""
each = pytest.mark.parametrize("values", VALUES.values(), ids=VALUES.keys())


@each
def test_lint_has_nothing_to_say(values: Path) -> None:
    told = helm("lint", "--strict", "--quiet", str(CHART), "-f", str(values))
    assert told.returncode == 0, told.stdout + told.stderr


@each
def test_each_object_is_one_of_kubernetes_without_unknown_fields(values: Path) -> None:
    minor = ".".join(VERSION.removeprefix("v").split(".")[:2])
    for one in objects(values):
        if one["kind"] not in FOREIGN:
            kubernetes_validate.validate(one, minor, strict=True)


@each
def test_each_object_has_a_namespace_and_no_two_have_one_name(values: Path) -> None:
    made = objects(values)
    for one in made:
        assert one["metadata"].get("namespace") or one["kind"].startswith("ClusterRole")
    names = [
        (one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in made
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", VALUES)
def test_the_examples_are_what_is_rendered(name: str) -> None:
    example = renew.rendered(name)
    assert text(VALUES[name]) == example.read_text(), "python -m tests.helm.renew; look at the diff"


def test_every_example_has_its_values() -> None:
    there = {path.stem for path in renew.rendered("any").parent.iterdir()}
    assert there == VALUES.keys()


def test_the_sample_agents_are_those_of_the_chart() -> None:
    assert renew.SAMPLE.read_text() == renew.sample(), "python -m tests.helm.renew"
