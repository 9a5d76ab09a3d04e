"""Tools that fail: more than the same tool of the same agent usually does."""

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "tool_failing"


def call(traffic: Traffic, agent: str, tool: str, minutes: float, error: str = "") -> None:
    attributes = {"agent_telemetry.span.kind": "tool", "gen_ai.tool.name": tool}
    failed = {"StatusCode": "Error", "StatusMessage": f"{error} of {tool}"} if error else {}
    if error:
        attributes["error.type"] = error
    name = f"execute_tool {tool}"
    traffic.span(agent, minutes, 1, SpanName=name, SpanAttributes=attributes, **failed)


def healthy(every: int = 0) -> Traffic:
    """Two agents use two tools twice a minute for an hour; each so many calls of tests fail."""
    traffic = Traffic()
    for number in range(120):
        for agent in ("coder", "writer"):
            call(traffic, agent, "search", 60 - number / 2)
            failed = "AssertionError" if every and number % every == 0 else ""
            call(traffic, agent, "tests", 60 - number / 2, failed)
    return traffic


def fail(traffic: Traffic, tool: str, count: int, first: float = 9) -> None:
    for number in range(count):
        call(traffic, "coder", tool, first - number / 10, "ConnectionError")


def test_a_tool_that_fails_for_one_agent(empty: Service) -> None:
    traffic = healthy()
    fail(traffic, "search", 10)
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert (found.subject, found.agents) == ("coder execute_tool search", ["coder"])
    assert found.severity == "medium"
    assert (found.figures["failed"], found.figures["calls"]) == (10, 40)
    assert found.figures["usual_percent"] == 0
    assert found.facts == {
        "tool": "search", "error_type": "ConnectionError", "message": "ConnectionError of search"
    }  # fmt: skip
    assert found.traces.total == 10
    assert ago(9) < found.first_seen < found.last_seen < ago(7)
    assert find(empty, KIND, at=ago(10)) == []
    assert find(empty, KIND, agent="writer") == []
    assert find(empty, KIND, min_failed=11) == []
    assert find(empty, KIND, min_share=0.8) == []


def test_tests_that_fail_half_of_the_time_are_silent(empty: Service) -> None:
    traffic = healthy(every=2)
    traffic.store(empty)
    assert find(empty, KIND) == []
    assert len(find(empty, KIND, always_share=0.3)) == 2


def test_a_tool_that_fails_more_than_usual(empty: Service) -> None:
    traffic = healthy(every=6)
    fail(traffic, "tests", 25)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.subject == "coder execute_tool tests"
    assert 16 < found.figures["usual_percent"] < 18
    assert find(empty, KIND, times_usual=6) == []


def test_a_tool_that_never_works_is_told(empty: Service) -> None:
    traffic = healthy()
    fail(traffic, "index", 500, first=59)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (found.facts["tool"], found.severity) == ("index", "high")
    assert found.figures["usual_percent"] == 100


def test_few_failures_are_silent(empty: Service) -> None:
    traffic = healthy()
    fail(traffic, "search", 3)
    traffic.store(empty)
    assert find(empty, KIND) == []
