"""The command diagnose, at a service where an agent has died."""

from pathlib import Path

from click.testing import CliRunner

from query_service.cli.diagnose import diagnose
from query_service.errors import Unavailable
from tests.ports import free_port
from tests.query_service.claude.test_claude import broken
from tests.query_service.engine import Service
from tests.query_service.mcp.listening import Rest

__all__ = ["broken"]


def test_it_prints_what_is_wrong_and_ends_so(broken: Service, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("atk_any\n")
    with Rest(broken.web.application) as url:
        run = CliRunner().invoke(diagnose, ["--url", url, "--key-file", str(key)])
        assert run.exit_code == 1
        assert "nobody is in its consumer group any more" in run.output
        well = CliRunner().invoke(diagnose, ["--url", url, "--at", "12m"])
        assert well.exit_code == 0
        assert "System Status: HEALTHY" in well.output
        wrong = CliRunner().invoke(diagnose, ["--url", url, "--at", "yesterday"])
        assert wrong.exit_code == 1
        assert "422" in wrong.output


def test_a_service_that_is_away_is_named() -> None:
    run = CliRunner().invoke(diagnose, ["--url", f"http://127.0.0.1:{free_port()}"])
    assert isinstance(run.exception, Unavailable)
    assert "is it running?" in str(run.exception)
