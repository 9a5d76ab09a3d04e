"""`scripts/bench.sh queries`: what it asks, and a short run of all of it."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bench.queries.endpoints import Endpoint, endpoints, past_endpoints
from bench.queries.measure import Figures, percentile
from bench.queries.report import Size, markdown
from local_stack.cache import ROOT


def _document(**paths: Any) -> dict[str, Any]:
    return {"paths": {f"/{name}": {"get": operation} for name, operation in paths.items()}}


def _parameter(name: str, place: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, **more}


def test_parameters_come_from_the_data_else_from_the_examples() -> None:
    operation = {
        "parameters": [
            _parameter("agent_name", "path"),
            _parameter("q", "query", schema={"example": "a b"}),
            {"name": "limit", "in": "query"},
        ],
        "responses": {"200": {}},
    }
    document = {"paths": {"/api/v1/queues/{agent_name}/pending": {"get": operation}}}
    [asked] = endpoints(document, {"agent_name": "code helper"})
    assert asked.request == "/api/v1/queues/code%20helper/pending?q=a%20b"
    assert asked.target_ms == 50


def test_a_parameter_without_a_value_is_named() -> None:
    document = _document(x={"parameters": [_parameter("odd", "query")], "responses": {"200": {}}})
    with pytest.raises(LookupError, match="odd"):
        endpoints(document, {})


def test_streams_and_what_is_gone_are_left_out() -> None:
    document = _document(
        stream={"responses": {"200": {"content": {"text/event-stream": {}}}}},
        gone={"responses": {"410": {}}},
        socket={"responses": {"426": {}}},
        there={"responses": {"200": {"content": {"application/json": {}}}, "404": {}}},
    )
    assert [e.path for e in endpoints(document, {})] == ["/there"]


def test_a_past_time_is_asked_of_what_takes_one() -> None:
    timed = {"parameters": [{"name": "at", "in": "query"}], "responses": {"200": {}}}
    asked = _parameter("q", "query", example="x")
    both = {"parameters": [asked, *timed["parameters"]], "responses": {"200": {}}}
    document = _document(timed=timed, both=both, timeless={"responses": {"200": {}}})
    found = past_endpoints(document, {}, "2026-11-20T00:00:00Z")
    assert [(e.request, e.target_ms) for e in found] == [
        ("/timed?at=2026-11-20T00:00:00Z", 1000),
        ("/both?q=x&at=2026-11-20T00:00:00Z", 1000),
    ]


def test_percentiles_are_times_that_were_measured() -> None:
    times = [float(t) for t in range(20, 0, -1)]
    assert (percentile(times, 0.5), percentile(times, 0.95), percentile([7.0], 0.95)) == (10, 19, 7)


def test_what_misses_its_target_or_grows_is_bold() -> None:
    paths = [Endpoint("/slow", "/slow", 50), Endpoint("/good", "/good", 100)]

    def size(messages: int, slow: float) -> Size:
        figures = {
            "/slow": Figures(9, slow, 30, 0, 1000, 200),
            "/good": Figures(9, 10, 30, 0, 1, 200),
        }
        return Size(messages, None, 0.0, {"t": 1_000_000}, figures)

    table = markdown(paths, [size(1000, 20.0), size(10_000, 60.0)])
    assert "| `/slow` | 50 | 9 | 20 | 9 | **60** | **3.0** | 1.0 |" in table
    assert "| `/good` | 100 | 9 | 10 | 9 | 10 | 1.0 | 0.0 |" in table
    assert "1 of 2 endpoints" in table
    past = size(1000, 20.0)
    past.past = {"/slow": Figures(9, 1_200, 10, 0, 1, 200)}
    assert "| `/slow` | 50 | 9 | 20 | **1200** | 1.0 |" in markdown(paths, [past])
    assert "| `/good` | 100 | 9 | 10 |  | 0.0 |" in markdown(paths, [past])


@pytest.mark.stack
def test_a_short_run_measures_every_endpoint(tmp_path: Path) -> None:
    command = [
        str(ROOT / "scripts/bench.sh"), "queries", "--messages", "2000", "--open-tasks", "100",
        "--offsets-every", "86400", "--requests", "1", "--arrivals", "20", "--clients", "2",
        "--ramp", "1", "--seconds", "1", "--home", str(tmp_path),
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert ran.returncode == 0, ran.stderr
    for path in ("/health", "/api/v1/queues", "/api/v1/traces/{trace_id}"):
        assert re.search(rf"`{re.escape(path)}` \| \d+ \| \d+ \| ", ran.stdout)
    [figures] = json.loads((tmp_path / "queries.json").read_text())
    assert figures["idle"].keys() == figures["arrivals"].keys()
    assert all(found["status"] == 200 for found in figures["idle"].values())
    assert all(found["status"] == 200 for found in figures["past"].values())
    assert figures["crowd"]["failures"] == {}
