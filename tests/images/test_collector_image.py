"""The image of the Collector has no file but its own: here too."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from local_stack import build

from tests.images.dockerfile import DOCKERFILES, ROOT, copied, stages

PROGRAM_INTERPRETER = 3  # PT_INTERP of an ELF file


def test_it_runs_alone_as_nobody(tmp_path: Path) -> None:
    """With nothing in its root but what the last stage copies."""
    if os.geteuid() != 0:
        pytest.skip("only root may change the root directory")
    image = stages(DOCKERFILES[0])[-1]
    for step in image.told("COPY"):
        if step.startswith("--from="):
            continue
        sources, target = copied(step)
        place = tmp_path / target.lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        for source in sources:
            shutil.copy(ROOT / source, place)
    shutil.copy(build.collector(), tmp_path / "otelcol-agents")
    tmp_path.chmod(0o755)
    user = int(image.told("USER")[0].split(":")[0])

    def enter() -> None:
        os.chroot(tmp_path)
        os.chdir("/")
        os.setgid(user)
        os.setuid(user)

    for role in ("gateway", "ingester"):
        answer = subprocess.run(
            ["/otelcol-agents", "validate", f"--config=/etc/agent-telemetry/{role}.yaml"],
            preexec_fn=enter,
            env={"GOMEMLIMIT": "420MiB"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr


def test_it_needs_no_library() -> None:
    head = build.collector().read_bytes()[:4096]
    offset = int.from_bytes(head[32:40], "little")
    size, count = (int.from_bytes(head[at : at + 2], "little") for at in (54, 56))
    kinds = {
        int.from_bytes(head[start : start + 4], "little")
        for start in range(offset, offset + size * count, size)
    }
    assert PROGRAM_INTERPRETER not in kinds
