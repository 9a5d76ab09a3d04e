"""The shell scripts are sound."""

import shutil
import subprocess
from pathlib import Path

import pytest
from local_stack.cache import ROOT

SCRIPTS = [*sorted((ROOT / "scripts").glob("*.sh")), ROOT / ".ci/run"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script(script: Path) -> None:
    checker = (
        ["shellcheck", "-x", "-P", str(ROOT)] if shutil.which("shellcheck") else ["bash", "-n"]
    )
    checked = subprocess.run([*checker, script], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
