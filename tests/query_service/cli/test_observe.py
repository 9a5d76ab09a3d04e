"""The observer as it is run: what it logs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port
from tests.waiting import wait_until

SECONDS = 120


def test_it_logs_json_lines(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    port = free_port()
    environment = {
        **os.environ,
        "OBSERVER_METRICS_PORT": str(port),
        "AGENT_TELEMETRY_HOME": str(tmp_path),
        "CLICKHOUSE_URL": f"http://{nobody}",
        "KAFKA_BOOTSTRAP_SERVERS": nobody,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{nobody}",
    }
    log = tmp_path / "log"
    with log.open("wb") as out:
        observer = subprocess.Popen(
            [sys.executable, "-m", "query_service", "observe"], env=environment, stderr=out
        )

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in log.read_text().split("\n")[:-1]]

    try:
        wait_until(lambda: any("rollups fails since" in one["message"] for one in lines()), SECONDS)
        figures = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=SECONDS, trust_env=False)
        assert 'findings_run_seconds_count{outcome="failed"}' in figures.text
    finally:
        observer.terminate()
        observer.wait(SECONDS)
    first = lines()[0]
    assert first.pop("time").startswith("20")
    assert first == {
        "level": "INFO",
        "logger": "query_service.observer.run",
        "message": f"observing {nobody}",
    }
