"""Things that were seen, through the real pipeline."""

import json
import time
from typing import Any

import pytest

from query_service.db import Database
from query_service.observer.otlp_things import ThingsSender
from query_service.observer.things import Figure, Key, News
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.stack

POD = Key("k8s.pod", "observed", "coder-1", "uid-1")
GONE = Key("k8s.pod", "observed", "coder-2", "uid-2")
MODEL = Key("agent_telemetry.model", "observed", "writer", "d1")
SEEN: dict[str, Any] = {
    "phase": "Running", "ready": True, "restarts": 3,
    "containers": [{"name": "agent", "last_reason": "OOMKilled"}],
}  # fmt: skip


def test_things_and_figures_are_stored_once_and_nowhere_else(stack: Stack) -> None:
    tables = Database(stack.settings).client
    sender = ThingsSender(stack.settings.otel_exporter_otlp_endpoint)
    at = time.time_ns()
    figures = {
        Figure("k8s.pod.cpu.usage", POD): 0.25,
        Figure("k8s.container.restarts", POD, "agent"): 3.0,
        Figure("agent_telemetry.model.tokens", MODEL): 70.0,
    }
    for _ in range(2):
        sender.send(News({POD: SEEN}, [GONE], figures), at)
    sender.close()

    def things() -> list[Any]:
        found = tables.query(
            "SELECT name, uid, is_gone, attributes, toUnixTimestamp64Nano(observed_at) AS at"
            " FROM observed_things FINAL WHERE namespace = 'observed' ORDER BY name"
        ).result_rows
        return list(found) if len(found) == 2 else []

    there, gone = wait_until(things)
    assert (*there[:3], json.loads(there[3]), there[4]) == ("coder-1", "uid-1", False, SEEN, at)
    assert gone[:3] == ("coder-2", "uid-2", True)

    def numbers() -> list[Any]:
        return list(
            tables.query(
                "SELECT metric, name, container, uid, value FROM observed_figures FINAL"
                " WHERE namespace = 'observed' ORDER BY metric"
            ).result_rows
        )

    assert wait_until(lambda: numbers() if len(numbers()) == 3 else []) == [
        ("agent_telemetry.model.tokens", "writer", "", "d1", 70.0),
        ("k8s.container.restarts", "coder-1", "agent", "uid-1", 3.0),
        ("k8s.pod.cpu.usage", "coder-1", "", "uid-1", 0.25),
    ]
    for elsewhere in (
        "SELECT count() FROM otel_logs WHERE LogAttributes['otel.entity.type'] != ''",
        "SELECT count() FROM otel_metrics_gauge WHERE startsWith(MetricName, 'k8s.')",
        "SELECT count() FROM otel_metrics_gauge WHERE MetricName LIKE 'agent_telemetry.model.%'",
        "SELECT count() FROM events WHERE event_type LIKE '%entity%'",
    ):
        assert tables.command(elsewhere) == 0


def test_how_the_sources_are_is_recorded(stack: Stack) -> None:
    tables = Database(stack.settings).client

    def states() -> dict[str, str]:
        rows = tables.query(
            "SELECT name, argMax(JSONExtractString(attributes, 'state'), observed_at)"
            " FROM observed_things WHERE kind = 'agent_telemetry.source' GROUP BY name"
        ).result_rows
        return {row[0]: row[1] for row in rows}

    wanted = {"kafka": "ok", "kubernetes": "off", "litellm": "off", "ollama": "off"}
    wait_until(lambda: states().items() >= wanted.items())
