"""One command as a step."""

import sys
from pathlib import Path

import pytest
from local_stack import steps
from local_stack.errors import SetupError


def test_a_step_says_how_long_it_took(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    steps.run("Part", [sys.executable, "-c", "print('made')"], tmp_path / "part.log")
    assert (tmp_path / "part.log").read_text() == "made\n"
    assert "Part: done" in capfd.readouterr().err


def test_a_failed_step_shows_the_end_of_its_log(tmp_path: Path) -> None:
    code = "print(*range(100), sep='\\n'); raise SystemExit(3)"
    with pytest.raises(SetupError) as failed:
        steps.run("Part", [sys.executable, "-c", code], tmp_path / "part.log")
    message = str(failed.value)
    assert "Part failed (exit status 3)" in message
    assert "    99\n" in message
    assert "    79\n" not in message
    assert str(tmp_path / "part.log") in message
