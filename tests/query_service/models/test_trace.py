"""Traces: what the record says, and what the spans show."""

from typing import Any

from query_service.db import Row
from query_service.models.span import span
from query_service.models.trace import listed, trace
from query_service.routes.context import EVERYTHING
from tests.query_service.rows import handoff_row, span_row, trace_row


def shown_of(row: Row, spans: list[Row], handoffs: list[Row]) -> dict[str, Any]:
    return trace(row, spans, [span(r, EVERYTHING) for r in spans], handoffs)


def test_without_a_record_everything_comes_from_the_spans() -> None:
    attributes = {
        "gen_ai.input.messages": '[{"role":"user","content":"Why?"}]',
        "gen_ai.output.messages": '[{"role":"assistant","content":"So."}]',
    }
    shown = shown_of(trace_row(), [span_row(attributes=attributes)], [handoff_row()])
    assert (shown["user_input"], shown["final_output"]) == ("Why?", "So.")
    assert shown["total_cost"] is None
    assert shown["handoffs"][0]["handoff_id"] == "m1"
    assert shown["spans_omitted"] == 0


def test_a_record_that_hides_a_failure_is_corrected_and_what_it_said_is_kept() -> None:
    row = trace_row(
        status="failed",
        record='{"trace_id":"t1","status":"completed","root_agent_name":"","own":1,"handoffs":[]}',
    )
    shown = shown_of(row, [], [])
    assert (shown["status"], shown["recorded_status"]) == ("failed", "completed")
    assert (shown["root_agent_name"], shown["own"]) == ("Researcher", 1)


def test_a_list_shows_the_beginning_of_long_texts_and_no_spans_unless_asked() -> None:
    row = trace_row(record='{"trace_id":"t1","user_input":"' + "x" * 300 + '"}', final_output="So.")
    shown = listed(row, [], None, EVERYTHING)
    assert (shown["user_input"], shown["final_output"]) == ("x" * 200, "So.")
    assert (shown["spans"], shown["spans_omitted"]) == ([], 1)
    assert (shown["handoffs"], shown["handoffs_omitted"]) == ([], None)


def test_a_list_shows_spans_and_handoffs_that_were_asked_for_and_says_what_was_cut() -> None:
    shown = listed(trace_row(), [span_row()], [handoff_row()] * 102, EVERYTHING)
    assert (len(shown["spans"]), shown["spans_omitted"]) == (1, 0)
    assert (len(shown["handoffs"]), shown["handoffs_omitted"]) == (100, 2)


def test_the_error_of_one_trace_is_whole() -> None:
    row = trace_row(failed_span_id="s1", error_message="od", status="failed")
    shown = shown_of(row, [span_row(error_message="odd")], [])
    assert shown["error_message"] == "odd"


def test_spans_are_cut_and_the_cut_is_said() -> None:
    rows = [span_row(span_id=str(i)) for i in range(150)]
    shown = shown_of(trace_row(span_count=150), rows, [])
    assert (len(shown["spans"]), shown["spans_omitted"]) == (100, 50)
