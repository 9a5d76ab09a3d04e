"""The table of what runs: in which stage, by which command, and when it is ready."""

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from local_stack import build, kafka, ready
from local_stack.cache import ROOT
from local_stack.settings import Settings

AGENTS = ("orchestrator", "researcher", "writer", "coder", "reviewer")


@dataclass(frozen=True)
class Program:
    """A process that is supervised. `ports` are those it listens on, by the setting's name."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    ports: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: int = 15


@dataclass(frozen=True)
class Stage:
    """Programs that start together, after `before` (name, command) has run to its end."""

    name: str
    programs: Sequence[Program]
    before: Sequence[tuple[str, Sequence[str]]] = ()


def python(*arguments: str) -> list[str]:
    """The command that runs a module in this environment."""
    return [sys.executable, "-m", *arguments]


def stages(settings: Settings, agents: Sequence[str] = AGENTS) -> list[Stage]:
    """Everything in the order of its start; parts that the user brings are left out.

    Builds what is missing and formats Kafka's storage.
    """
    storage = []
    if not settings.kafka_bootstrap_servers:
        storage.append(_kafka(settings))
    if not settings.clickhouse_url:
        storage.append(_clickhouse(settings))
    topics = ("topics", python("query_service", "topics"))
    migrate = ("migrations", python("query_service", "migrate"))
    return [
        Stage("storage", storage),
        Stage("pipeline", [_collector(settings), _query(settings)], (topics, migrate)),
        Stage("work", [_observer(settings), *(_agent(settings, name) for name in agents)]),
    ]


def _kafka(settings: Settings) -> Program:
    return Program(
        "kafka",
        kafka.prepared(settings),
        partial(ready.kafka_lists_topics, settings.kafka),
        {"KAFKA_PORT": settings.kafka_port, "KAFKA_PORT + 1": settings.controller_port},
        stop_seconds=30,
    )


def _clickhouse(settings: Settings) -> Program:
    where = ("--path", str(settings.home / "clickhouse"), "--port", str(settings.clickhouse_port))
    return Program(
        "clickhouse",
        python("clickhouse.embedded", *where),
        partial(ready.clickhouse_selects, settings.clickhouse),
        {"CLICKHOUSE_PORT": settings.clickhouse_port},
        stop_seconds=30,
    )


def _collector(settings: Settings) -> Program:
    files = [f"--config={build.COLLECTOR / name}.yaml" for name in ("gateway", "ingester")]
    limits = shlex.split((build.COLLECTOR / "environment").read_text(), comments=True)
    return Program(
        "collector",
        [str(build.collector()), *files],
        partial(ready.http_answers, f"http://127.0.0.1:{settings.collector_health_port}"),
        {
            "OTLP_GRPC_PORT": settings.otlp_grpc_port,
            "OTLP_HTTP_PORT": settings.otlp_http_port,
            "COLLECTOR_HEALTH_PORT": settings.collector_health_port,
        },
        dict(line.split("=", 1) for line in limits),
    )


def _query(settings: Settings) -> Program:
    configuration = str(ROOT / "query_service" / "gunicorn_conf.py")
    return Program(
        "query",
        python("gunicorn", "-c", configuration, "query_service.app:create_app()"),
        partial(ready.http_answers, f"http://127.0.0.1:{settings.query_port}/health"),
        {"QUERY_PORT": settings.query_port},
    )


def _observer(settings: Settings) -> Program:
    ready_file = settings.run / "observer.ready"
    ready_file.unlink(missing_ok=True)
    return Program(
        "observer",
        python("query_service", "observe"),
        ready_file.exists,
        environment={"OBSERVER_READY_FILE": str(ready_file)},
    )


def ledger(home: Path, agent: str) -> Path:
    """The file where a sample agent writes what it did."""
    return home / "ledger" / f"{agent}.jsonl"


def _agent(settings: Settings, name: str) -> Program:
    return Program(
        name,
        python("agent_sdk.sample_agents", name),
        partial(ready.group_has_member, settings.kafka, f"agent-{name}-consumer"),
        environment={
            "OTEL_SERVICE_NAME": name,
            "AGENT_LEDGER": str(ledger(settings.home, name)),
        },
    )
