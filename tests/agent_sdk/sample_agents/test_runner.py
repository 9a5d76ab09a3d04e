"""What the sample agents share: failures on purpose, the ledger, the model."""

import json
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from agent_sdk import AgentQueue
from agent_sdk.sample_agents import runner
from agent_sdk.sample_agents.__main__ import AGENTS, main
from agent_sdk.sample_agents.ledger import Ledger, LedgerQueue
from agent_sdk.sample_agents.model import ask
from agent_sdk.sample_agents.runner import Chance, Payload
from agent_sdk.sample_agents.settings import SampleSettings
from tests.agent_sdk.conftest import FakeKafka, Recorded
from tests.waiting import wait_until


def strikes(name: str, seed: int, rate: float) -> list[str | None]:
    chance = Chance(name, SampleSettings(agent_seed=seed, agent_failure_rate=rate))
    drawn: list[str | None] = []
    for _ in range(200):
        try:
            chance.strike()
        except Exception as error:
            drawn.append(type(error).__name__)
        else:
            drawn.append(None)
    return drawn


def test_the_same_seed_draws_the_same_failures_and_the_rate_holds() -> None:
    drawn = strikes("coder", 1, 0.2)
    assert drawn == strikes("coder", 1, 0.2) != strikes("writer", 1, 0.2)
    assert 20 <= sum(each is not None for each in drawn) <= 60
    assert not any(strikes("coder", 1, 0))


def test_the_ledger_tells_what_an_agent_did(
    recorded: Recorded, kafka: FakeKafka, tmp_path: Path
) -> None:
    def work(payload: Payload) -> Payload:
        return {"half": int(str(payload["n"])) // 2}

    file = tmp_path / "ledger.jsonl"
    ledger = Ledger(file)
    chance = Chance("x", SampleSettings(agent_failure_rate=0))
    boss = AgentQueue("boss")
    tasks = [boss.send_task("Tester", payload).message for payload in ({"n": 4}, {"n": "odd"})]
    for delivery in LedgerQueue(ledger).receive():
        runner._answer(delivery, work, chance, ledger)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["event"], line["message_type"]) for line in lines] == [
        ("sent", "result"),
        ("answered", "task"),
        ("sent", "error"),
        ("failed", "task"),
    ]
    assert [line["parent_message_id"] for line in lines[::2]] == [t.message_id for t in tasks]
    (reported,) = recorded.events("exception")
    error_id = reported.attributes["agent_telemetry.error.id"]
    assert [line["error_id"] for line in lines] == [None, None, error_id, error_id]


def test_without_a_model_nothing_is_asked(recorded: Recorded) -> None:
    assert ask("why?", otherwise="because") == "because"
    assert recorded.spans() == []


class _Model(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = {
            "id": "r-1",
            "model": "tiny-1",
            "choices": [{"message": {"content": "42"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 1},
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.mark.parametrize(
    ("variable", "provider"), [("OLLAMA_BASE_URL", "ollama"), ("LITELLM_BASE_URL", "litellm")]
)
def test_a_model_is_asked_within_a_span(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch, variable: str, provider: str
) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Model)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv(variable, f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setenv("AGENT_MODEL", "tiny")
    try:
        assert ask("why?", otherwise="because") == "42"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    attributes = dict(recorded.span("chat tiny").attributes or {})
    assert (
        attributes.items()
        >= {
            "gen_ai.provider.name": provider,
            "gen_ai.response.model": "tiny-1",
            "gen_ai.usage.input_tokens": 7,
            "gen_ai.usage.output_tokens": 1,
        }.items()
    )


def test_an_unknown_agent_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nobody"]) == 2
    assert "orchestrator|researcher" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["orchestrator", "writer"])
def test_an_agent_stops_soon_with_everything_away(name: str, tmp_path: Path) -> None:
    assert name in AGENTS
    ledger = tmp_path / "ledger.jsonl"
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
        "AGENT_LEDGER": str(ledger),
        "AGENT_INTERVAL_SECONDS": "0.1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    agent = subprocess.Popen(
        [sys.executable, "-m", "agent_sdk.sample_agents", name], env=environment
    )
    try:
        wait_until(ledger.exists, timeout=120)
        if name == "orchestrator":
            wait_until(lambda: ledger.read_text().count("job_started") > 3, timeout=60)
        agent.send_signal(signal.SIGTERM)
        # It takes 3 s and what the machine is slow; its clients would try for minutes.
        assert agent.wait(timeout=90) == 0
    finally:
        agent.kill()
        agent.wait()
