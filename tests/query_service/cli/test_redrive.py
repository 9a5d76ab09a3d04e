"""The command redrive, at a service with tasks that ran out of time."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from query_service.cli.redrive import redrive
from query_service.errors import Unavailable
from tests.ports import free_port
from tests.query_service.detectors.traffic import Traffic
from tests.query_service.engine import service
from tests.query_service.mcp.listening import Rest
from tests.query_service.redrive.sending import Queues, running


@pytest.fixture(scope="module")
def queues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queues]:
    """Kafka with the queue of coder."""
    with running(tmp_path_factory.mktemp("kafka")) as made:
        yield made


@pytest.fixture
def kafka(queues: Queues) -> Queues:
    """The same, for what this test sends."""
    queues.begin()
    return queues


@pytest.fixture(scope="module")
def url(embedded_clickhouse: str, queues: Queues) -> Iterator[str]:
    """Where the service answers."""
    made, told = service(embedded_clickhouse), Traffic()
    told.message("coder", 9, source_agent="planner", ttl_seconds=60, message_id="old-1")
    told.message("coder", 8, source_agent="\x1b[31m", ttl_seconds=60, message_id="old-2")
    told.message("coder", 1, source_agent="planner", message_id="waits")
    told.queue("coder", 0.5, 3, 0)
    told.store(made)
    with Rest(made.web.application) as address:
        yield address


def run(*arguments: str) -> Result:
    return CliRunner().invoke(redrive, list(arguments))


def test_it_tells_what_would_be_sent(url: str, kafka: Queues) -> None:
    told = run("--trouble", "expired", "--agent", "coder", "--url", url)
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert lines[0].split() == ["message_id", "state", "sent_at", "source", "queue", "outcome"]
    assert lines[1].split()[0] == "old-1"
    assert lines[1].split()[-2:] == ["agent-queue-coder", "would_send"]
    assert "\x1b" not in told.output
    assert "2 chosen: 2 would send" in told.output
    assert "Nothing was sent: --send does it" in told.output
    assert kafka.sent == []


def test_it_sends(url: str, kafka: Queues) -> None:
    told = run("old-1", "--send", "--url", url)
    assert told.exit_code == 0, told.output
    [sent] = kafka.sent
    assert f"as {sent.key.decode()}" in told.output
    assert "1 chosen: 1 sent\n1 to agent-queue-coder" in told.output
    assert "Nothing was sent" not in told.output


def test_what_is_refused_is_told(url: str, kafka: Queues) -> None:
    told = run("waits", "--send", "--url", url)
    assert told.exit_code == 1
    assert "it waits in a queue that is read" in told.output
    wrong = run("waits", "--target", "a/b", "--url", url)
    assert wrong.exit_code == 1
    assert "422" in wrong.output


@pytest.mark.parametrize(
    "arguments", [(), ("a", "--trouble", "lost"), ("a", "--agent", "coder"), ("--agent", "coder")]
)
def test_either_ids_or_a_trouble(arguments: tuple[str, ...]) -> None:
    told = run(*arguments)
    assert told.exit_code == 2
    assert "either MESSAGE_IDS" in told.output


def test_a_service_that_is_away_is_named() -> None:
    told = run("a", "--url", f"http://127.0.0.1:{free_port()}")
    assert isinstance(told.exception, Unavailable)
    assert "is it running?" in str(told.exception)
