"""Traces of which little is known."""

from tests.e2e.answers import OF_A_TRACE
from tests.query_service.engine import Service, load, produced


def test_a_trace_of_a_record_alone_answers_everywhere(empty: Service) -> None:
    load(empty.tables, [produced("agent-telemetry-traces", 0, trace_id="t1",
                                 start_time="2026-11-22T12:00:00")])  # fmt: skip
    of_trace = {tail: empty.get(f"/api/v1/traces/t1{tail}") for tail in OF_A_TRACE}
    path = of_trace["/critical-path"]
    assert (path["path"], path["total_ms"], path["start_time"]) == ([], None, None)
    assert of_trace["/spans"]["spans"] == []


def test_a_trace_of_an_answer_alone_has_no_path(empty: Service) -> None:
    answer = {"message_type": "result", "parent_message_id": "m1", "trace_id": "t1"}
    load(empty.tables, [produced("agent-queue-planner", 0, message_id="r1", source_agent="Writer",
                                 timestamp="2026-11-22T12:00:00", **answer)])  # fmt: skip
    assert empty.get("/api/v1/traces/t1/critical-path")["path"] == []
