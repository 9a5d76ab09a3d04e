"""What holds for every image: pinned, not root, nothing copied that is not meant to be."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from local_stack.build import BUILDER

from tests.images.dockerfile import DOCKERFILES, ROOT, copied, stages

EXACT = re.compile(r"[a-z]+:\d+\.\d+\.\d+(-[a-z]+)?|[a-z]+@sha256:[0-9a-f]{64}")
LOCKED = re.compile(r"^([\w.-]+)==(\S+)", re.M)
each = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)


@each
def test_hadolint_finds_nothing(path: Path) -> None:
    found = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "--no-color", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (0, "")


@each
def test_images_below_are_pinned_to_a_version(path: Path) -> None:
    known = {"scratch"}
    for stage in stages(path):
        assert stage.base in known or EXACT.fullmatch(stage.base), stage.base
        known.add(stage.name)


@each
def test_what_runs_is_not_root(path: Path) -> None:
    users = {stage.name: stage.told("USER") for stage in stages(path)}
    for stage in stages(path)[1:]:
        assert (stage.told("USER") or users[stage.base])[-1] == "10001:10001"
        assert not stage.told("RUN"), "the last stages only copy what was built"


@each
def test_the_context_has_what_is_copied_and_no_more(path: Path) -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    for stage in stages(path):
        for step in stage.told("COPY"):
            if step.startswith("--from="):
                continue
            for source in copied(step)[0]:
                assert source.split("/")[0] in let_in, source
                assert (ROOT / source).exists(), source


def test_the_collector_is_built_as_for_the_local_stack() -> None:
    build, image = stages(DOCKERFILES[0])
    source = (ROOT / "scripts/local_stack/build.py").read_text()
    assert f"go install {BUILDER}" in build.told("RUN")
    [command] = [shlex.split(step) for step in build.told("RUN") if step.startswith("builder ")]
    assert all(option in source for option in command[1:]), command
    limits = shlex.split((ROOT / "otel-collector/environment").read_text(), comments=True)
    assert set(limits) <= set(image.told("ENV")[0].split())


def test_an_image_has_the_versions_that_are_tested() -> None:
    tested = dict(LOCKED.findall((ROOT / "requirements.lock").read_text()))
    shipped = dict(LOCKED.findall((ROOT / "query_service/requirements.lock").read_text()))
    assert len(shipped) > 50
    assert shipped.items() <= tested.items()
    assert not shipped.keys() & {"chdb", "pytest", "mypy", "supervisor"}


def test_what_makes_the_wheel_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lock = (ROOT / "query_service/build.lock").read_text()
    assert set(project["build-system"]["requires"]) <= {
        f"{n}=={v}" for n, v in LOCKED.findall(lock)
    }
