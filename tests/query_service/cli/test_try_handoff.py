"""`agent-telemetry try-handoff`, as `helm test` runs it: through every part, and back."""

import os
import re
import subprocess
import sys
import time

import httpx
import pytest

from query_service.cli.try_handoff import AGENT, _await, _missing
from query_service.errors import Unavailable
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
    with httpx.Client(base_url=nobody) as client:
        assert _missing(client, "unseen") == f"{nobody} does not answer: ConnectError"
    with httpx.Client(base_url=stack.query_url, timeout=PATIENCE) as client:
        said = "the task unseen is not stored: is the ingester running?"
        assert _missing(client, "unseen") == said
        with pytest.raises(Unavailable, match=f"after 0 s {re.escape(said)}"):
            _await(client, "unseen", time.monotonic(), 0)
