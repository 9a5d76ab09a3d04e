"""`agent-telemetry try-handoff`, as `helm test` runs it: through every part, and back."""

import os
import subprocess
import sys

import httpx
import pytest

from query_service.cli.try_handoff import AGENT
from tests.ports import free_port
from tests.stack import Stack
from tests.waiting import PATIENCE

pytestmark = pytest.mark.stack


def run(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "query_service", "try-handoff", *arguments],
        env={**os.environ, **stack.environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_handoff_is_sent_answered_and_read_back(stack: Stack) -> None:
    for _ in range(2):  # a second one finds the queue as the first left it
        ended = run(stack, "--url", stack.query_url, "--timeout", str(PATIENCE))
        assert ended.returncode == 0, ended.stderr
        message_id = ended.stdout.split()[1]
        story = httpx.get(f"{stack.query_url}/api/v1/handoffs/{message_id}").json()
        assert story["handoff"]["target_agent_name"] == AGENT
        assert story["course"]["outcome"] == "completed"
    queue = httpx.get(f"{stack.query_url}/api/v1/queues/{AGENT}").json()
    assert queue["pending_tasks"] == 0


def test_what_keeps_it_from_coming_back_is_said(stack: Stack) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    ended = run(stack, "--url", nobody, "--timeout", "20")
    assert ended.returncode == 1
    assert f"Error: after 20 s {nobody} does not answer: ConnectError" in ended.stderr
