"""Models that fail: more than usual, and not by chance."""

from query_service.diagnose.finding import Finding
from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "llm_failing"


def call(traffic: Traffic, agent: str, minutes: float, error: str = "", **fields: object) -> None:
    """A call of a model by an agent, failed where an error is given."""
    attributes = {
        "agent_telemetry.span.kind": "llm_call",
        "gen_ai.request.model": "m",
        "gen_ai.provider.name": "p",
    }
    failed = {"StatusCode": "Error", "StatusMessage": f"{error} of m"} if error else {}
    if error:
        attributes["error.type"] = error
    given = fields.pop("SpanAttributes", {})
    assert isinstance(given, dict)
    fields = {"SpanName": "chat m", "SpanAttributes": attributes | given} | failed | fields
    traffic.span(agent, minutes, 1, **fields)


def healthy(minutes: float = 60, every: int = 0) -> Traffic:
    """Two agents call a model twice a minute each; every so many calls one times out."""
    traffic = Traffic()
    for number in range(int(minutes * 2)):
        for agent in ("coder", "writer"):
            error = "TimeoutError" if every and number % every == 0 else ""
            call(traffic, agent, minutes - number / 2, error)
    return traffic


def fail(traffic: Traffic, agent: str, first: float, count: int, error: str = "APIError") -> None:
    for number in range(count):
        call(traffic, agent, first - number / 10, error)


def the_one(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


def test_a_model_that_fails_for_one_agent(empty: Service) -> None:
    traffic = healthy()
    fail(traffic, "coder", 10, 15)
    traffic.store(empty, times=2)
    found = the_one(find(empty, KIND))
    assert (found.subject, found.agents, found.severity) == ("p/m", ["coder"], "high")
    assert found.figures["failed"] == 15
    assert found.figures["calls"] == 75
    assert found.figures["usual_percent"] == 0
    assert found.figures["agents_calling"] == 2
    assert found.facts == {
        "model": "m", "provider": "p", "error_type": "APIError", "message": "APIError of m"
    }  # fmt: skip
    assert (found.traces.total, len(found.traces.first)) == (15, 15)
    assert found.confidence > 0.8
    assert ago(10) < found.first_seen < found.last_seen < ago(8)
    assert find(empty, KIND, at=ago(11)) == []
    assert find(empty, KIND, agent="writer") == []
    assert the_one(find(empty, KIND, agent="coder")).agents == ["coder"]
    assert find(empty, KIND, min_failed=16) == []
    assert find(empty, KIND, min_share=0.6) == []
    assert "fail: 15 of 75 (20 %), APIError" in found.title


def test_a_short_outage_in_a_long_window(empty: Service) -> None:
    traffic = healthy(170)
    fail(traffic, "coder", 10, 15)
    traffic.store(empty)
    assert the_one(find(empty, KIND, minutes=60)).figures["failed_percent"] < 10


def test_a_model_that_always_fails_a_little_is_silent(empty: Service) -> None:
    traffic = healthy(120, every=7)
    traffic.store(empty)
    assert find(empty, KIND) == []
    fail(traffic, "coder", 5, 20)
    traffic.store(empty)
    found = the_one(find(empty, KIND))
    assert 13 < found.figures["usual_percent"] < 15
    assert found.agents == ["coder", "writer"]
    assert find(empty, KIND, times_usual=5) == []


def test_single_timeouts_are_silent_and_so_is_a_new_agent(empty: Service) -> None:
    traffic = Traffic()
    for number in range(30):
        call(traffic, "coder", 14 - number / 3, "TimeoutError" if number in (3, 11, 25) else "")
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_what_is_broken_for_a_week_is_told(empty: Service) -> None:
    traffic = Traffic()
    for number in range(120):
        call(traffic, "coder", 60 - number / 2, "" if number % 4 == 0 else "APIError")
    traffic.store(empty)
    assert the_one(find(empty, KIND)).facts["model"] == "m"
    assert find(empty, KIND, always_share=0.8) == []


def test_too_many_requests_are_another_kind(empty: Service) -> None:
    traffic = healthy()
    fail(traffic, "coder", 10, 15, "RateLimitError")
    for number in range(15):
        status = {"http.response.status_code": "429"}
        call(traffic, "coder", 9 - number / 10, "APIStatusError", SpanAttributes=status)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_odd_times_are_harmless(empty: Service) -> None:
    traffic = healthy()
    for year in (1970, 2250):
        call(traffic, "coder", 5, "APIError", Timestamp=f"{year}-01-01 00:00:00", Duration=5)
    traffic.store(empty)
    assert find(empty, KIND) == []
