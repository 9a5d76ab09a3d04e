"""What Prometheus reads."""

from query_service.telemetry.figures import LIVE_CLIENTS, REQUESTS
from query_service.telemetry.queries import query
from tests.query_service.access.keyed import VIEWER, bearer, keyed_client
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase

WEB = client(FakeDatabase())


def _value(name: str) -> float:
    """The figure as /metrics shows it; 0 while it is not there."""
    lines = [line for line in WEB.get("/metrics").text.splitlines() if line.startswith(name + " ")]
    return float(lines[0].rpartition(" ")[2]) if lines else 0.0


def test_requests_are_counted_by_route() -> None:
    name = (
        'agent_telemetry_request_seconds_count{method="GET",'
        'route="/api/v1/errors/<error_id>",status="404"}'
    )
    before = _value(name)
    for error_id in ("a", "b"):
        assert WEB.get(f"/api/v1/errors/{error_id}").status_code == 404
    assert _value(name) == before + 2


def test_whatever_is_asked_makes_one_series() -> None:
    WEB.get("/x")
    before = len(list(REQUESTS.collect()))
    for number in range(10):
        WEB.open(f"/x{number}", method=f"BREW{number}")
    assert len(list(REQUESTS.collect())) == before


def test_queries_are_counted_by_their_outcome() -> None:
    ok = 'agent_telemetry_clickhouse_query_seconds_count{outcome="ok",query="test/one"}'
    bad = 'agent_telemetry_clickhouse_query_seconds_count{outcome="KeyError",query="test/one"}'
    with query("test/one"):
        assert _value("agent_telemetry_clickhouse_queries_in_progress") == 1
    try:
        with query("test/one"):
            raise KeyError
    except KeyError:
        pass
    assert (_value(ok), _value(bad)) == (1, 1)
    assert _value("agent_telemetry_clickhouse_queries_in_progress") == 0


def test_live_streams_are_counted() -> None:
    before = _value("agent_telemetry_live_clients")
    LIVE_CLIENTS.inc()
    assert _value("agent_telemetry_live_clients") == before + 1
    LIVE_CLIENTS.dec()


def test_figures_are_for_viewers() -> None:
    web = keyed_client()
    assert web.get("/metrics").status_code == 401
    assert web.get("/metrics", headers=bearer(VIEWER)).status_code == 200
