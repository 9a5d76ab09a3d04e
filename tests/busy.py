"""A stack on which the five sample agents have worked, and what they say they did."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from local_stack.programs import AGENTS

from tests.stack import Stack, make_stack

JOBS = 8
ENVIRONMENT = {
    "AGENT_MAX_JOBS": str(JOBS),
    "AGENT_INTERVAL_SECONDS": "0.2",
    "AGENT_FAILURE_RATE": "0.3",
    "AGENT_SEED": "7",
    "OLLAMA_BASE_URL": "",
    "LITELLM_BASE_URL": "",
}


@dataclass(frozen=True)
class Busy:
    """A running stack, and the entries of all ledgers."""

    stack: Stack
    ledger: list[dict[str, Any]]

    def entries(self, event: str) -> list[dict[str, Any]]:
        """The ledger's entries of one kind."""
        return [entry for entry in self.ledger if entry["event"] == event]


def _start(stack: Stack, name: str) -> subprocess.Popen[bytes]:
    environment = os.environ | stack.environment | ENVIRONMENT
    environment |= {"OTEL_SERVICE_NAME": name, "AGENT_LEDGER": str(stack.ledger(name))}
    command = [sys.executable, "-m", "agent_sdk.sample_agents", name]
    with stack.log(f"agent-{name}").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def _entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """The five agents have done JOBS jobs, with failures and retries, and have ended."""
    with make_stack(tmp_path_factory.mktemp("busy")) as stack, ExitStack() as running:
        workers = [_start(stack, name) for name in AGENTS if name != "orchestrator"]
        for worker in workers:
            running.callback(worker.kill)
        orchestrator = _start(stack, "orchestrator")
        running.callback(orchestrator.kill)
        assert orchestrator.wait(timeout=240) == 0, stack.log("agent-orchestrator").read_text()
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(timeout=60) for worker in workers] == [0] * len(workers)
        ledger = [entry for name in AGENTS for entry in _entries(stack.ledger(name))]
        yield Busy(stack, ledger)
