"""The graph of a trace."""

from query_service.models.graph import graph
from query_service.routes.context import EVERYTHING
from tests.query_service.rows import handoff_row, span_row


def test_agents_are_nodes_and_edges_have_their_ids() -> None:
    spans = [
        span_row(agent_id="id-1", span_record='{"agent_type":"worker"}'),
        span_row(span_id="s2", parent_span_id="s1", agent_name="Code Helper", duration_ms=None),
        span_row(span_id="s3", agent_id="id-1", agent_name="Researcher:Planning"),
    ]
    handoff = handoff_row(source_agent_id="", target_agent_id="")
    shown = graph(spans, [handoff], EVERYTHING)
    assert shown["nodes"] == [
        {
            "id": "id-1",
            "name": "Researcher",
            "type": "worker",
            "span_count": 2,
            "total_duration_ms": 6000.0,
        },
        {
            "id": "code-helper",
            "name": "Code Helper",
            "type": None,
            "span_count": 1,
            "total_duration_ms": 0.0,
        },
    ]
    assert shown["edges"] == [
        {"source": "id-1", "target": "code-helper", "type": "handoff", "reason": "write it"},
        {"source": "id-1", "target": "code-helper", "type": "parent_child"},
    ]


def test_an_agent_that_only_got_work_is_a_node_too() -> None:
    shown = graph([], [handoff_row()], EVERYTHING)
    assert [node["id"] for node in shown["nodes"]] == ["researcher", "code-helper"]
