"""What did not reach the tables."""

import json

import pytest

from query_service.diagnose.finding import Finding
from tests.clickhouse.migrations.records import kafka, record
from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import NOW, Service

KIND = "telemetry_gap"
PIPELINE = "agent-telemetry-ingester-otlp-traces"
THINGS = ["kind", "observed_at", "namespace", "name", "is_gone", "attributes", "arrived_at"]


def working(minutes: int = 60) -> Traffic:
    """Planner and coder, with spans, and a queue that is observed each minute."""
    traffic = Traffic()
    for minute in range(minutes, 0, -1):
        traffic.handoff("planner", "coder", minute + 0.6, 0.1)
        for agent in ("planner", "coder"):
            traffic.span(agent, minute + 0.5)
            traffic.queue(agent, minute, traffic.sent[f"agent-queue-{agent}"])
    return traffic


def source(
    service: Service, name: str, state: str, since: int, until: int = 0, **more: str
) -> None:
    told = json.dumps({"state": state, "keep_alive": 60} | more)
    rows = [
        ["agent_telemetry.source", ago(minute), name, name, False, told, NOW]
        for minute in range(until, since)
    ]
    service.tables.insert("observed_things", rows, THINGS)


def the_one(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


def test_all_is_well(empty: Service) -> None:
    traffic = working()
    traffic.store(empty, times=2)
    source(empty, "kafka", "ok", 60)
    source(empty, "litellm", "off", 60)
    assert find(empty, KIND) == []
    assert find(empty, KIND, minutes=55) == []


def test_records_that_are_in_kafka_alone(empty: Service) -> None:
    traffic = working()
    rows = traffic.rows["landing_records"]
    queue = [r for r in rows if r["LogAttributes"]["kafka.topic"] == "agent-queue-coder"]
    for lost in queue[-12:-7]:
        rows.remove(lost)
    rows.remove(queue[-3])  # as the end of a transaction
    traffic.store(empty)
    found = the_one(find(empty, KIND))
    assert (found.subject, found.agents) == ("missing records of agent-queue-coder", ["coder"])
    assert found.figures["records"] == 5
    assert found.facts["why"] == "5 records of agent-queue-coder are in Kafka and in no table"
    assert find(empty, KIND, min_missing=6) == []
    assert find(empty, KIND, minutes=5) == []
    assert find(empty, KIND, agent="planner") == []


def test_dead_letters(empty: Service) -> None:
    traffic = working()
    for number in range(2):
        bad = record("agent-telemetry-spans", number, b"{no json", arrived="2026-11-22 12:20:00")
        traffic.rows["landing_records"].append(bad)
    traffic.store(empty, times=2)
    found = the_one(find(empty, KIND))
    assert (found.subject, found.agents) == ("dead letters of agent-telemetry-spans", [])
    assert (found.figures["records"], found.severity) == (2, "low")
    assert "(not_json)" in found.facts["why"]
    assert empty.tables.query(found.facts["look"]).result_rows[0][3] == "{no json"
    assert find(empty, KIND, min_records=3) == []
    assert find(empty, KIND, at=ago(12)) == []


def test_records_that_are_gone(empty: Service) -> None:
    working().store(empty)
    rows = [["agent-telemetry-otlp-logs", 0, n, "gone", ago(5)] for n in (1, 2)]
    columns = ["topic", "partition", "offset", "outcome", "arrived_at"]
    empty.tables.insert("otlp_records", rows, columns)
    found = the_one(find(empty, KIND))
    assert found.subject == "gone records of agent-telemetry-otlp-logs"
    assert len(empty.tables.query(found.facts["look"]).result_rows) == 2


@pytest.mark.parametrize("behind", [True, False])
def test_a_pipeline_that_is_behind(empty: Service, behind: bool) -> None:
    traffic = working()
    place = {"topic": "agent-telemetry-otlp-traces", "partition": "0"}
    for minute in range(20, -1, -1):
        at = ago(minute).replace(tzinfo=None).isoformat(" ")
        end = 1000 - minute
        # Always one record behind, or for the last ten minutes where it was.
        committed = min(end, 990) if behind else end - 1
        group = {"group": PIPELINE} | place
        traffic.rows["landing_metrics_gauge"] += [
            kafka("partition.current_offset", end, at, **place),
            kafka("consumer_group.offset", committed, at, **group),
            kafka("consumer_group.lag", end - committed, at, **group),
        ]
    traffic.store(empty)
    found = find(empty, KIND)
    assert [one.subject for one in found] == ([f"pipeline {PIPELINE}"] if behind else [])
    if behind:
        assert found[0].figures == {"records": 10, "seconds": 600}
        assert find(empty, KIND, behind_seconds=660) == []


def test_an_agent_that_sends_no_spans_any_more(empty: Service) -> None:
    traffic = working()
    spans = traffic.rows["landing_traces"]
    limit = ago(12).replace(tzinfo=None).isoformat(" ")
    for span in [s for s in spans if s["ServiceName"] == "agent-coder" and s["Timestamp"] > limit]:
        spans.remove(span)
    traffic.store(empty)
    found = the_one(find(empty, KIND))
    assert (found.subject, found.agents, found.severity) == (
        "no spans of coder", ["coder"], "medium",
    )  # fmt: skip
    assert found.figures == {"records": 10, "seconds": 749}
    assert find(empty, KIND, min_messages=11) == []
    assert find(empty, KIND, min_silent_seconds=720) == []
    assert find(empty, KIND, at=ago(9)) == []


def test_an_agent_that_never_sent_spans_is_of_low_severity(empty: Service) -> None:
    traffic = working()
    for number in range(10):
        traffic.message("coder", 10 - number, source_agent="cron")
    traffic.store(empty)
    found = find(empty, KIND)
    assert [(one.agent, one.severity) for one in found] == [("cron", "low")]


def test_a_system_without_spans_is_well(empty: Service) -> None:
    traffic = working()
    traffic.rows["landing_traces"].clear()
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_sources_that_are_not_seen(empty: Service) -> None:
    working().store(empty)
    source(empty, "kafka", "ok", 60)
    source(empty, "litellm", "ok", 60, 20)
    source(empty, "litellm", "refused", 20, message="the key is wrong")
    source(empty, "ollama", "ok", 60, 10)
    found = {one.subject: one for one in find(empty, KIND)}
    assert found.keys() == {"source litellm", "source ollama"}
    told = found["source litellm"].facts["why"]
    assert told == "the observer sees nothing of litellm (refused): the key is wrong"
    assert found["source litellm"].figures["seconds"] == 19 * 60
    assert found["source ollama"].first_seen == ago(10)
    assert find(empty, KIND, at=ago(25)) == []


def test_an_observer_that_is_silent_is_one_finding(empty: Service) -> None:
    working().store(empty)
    source(empty, "kafka", "ok", 60, 10)
    source(empty, "ollama", "ok", 60, 10)
    assert the_one(find(empty, KIND)).subject == "observer"
