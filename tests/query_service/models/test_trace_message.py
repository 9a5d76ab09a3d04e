"""A trace of which only messages are known."""

import pytest

from query_service.models.trace_message import row_of_messages
from tests.query_service.rows import END, message_row


def test_it_runs_until_each_of_its_tasks_is_answered() -> None:
    row = row_of_messages([message_row()])
    assert (row["status"], row["ended_at"], row["duration_ns"]) == ("running", None, None)
    assert row["agents"] == ["code-helper", "researcher"]


@pytest.mark.parametrize(
    ("answer", "status"),
    [("result", "completed"), ("error", "failed"), ("cancel", "cancelled")],
)
def test_the_first_answer_to_its_first_task_decides(answer: str, status: str) -> None:
    first = message_row(message_id="r1", message_type=answer, parent_message_id="m1", sent_at=END)
    later = message_row(message_id="r2", message_type="error", parent_message_id="m1", sent_at=END)
    row = row_of_messages([message_row(), first, later])
    assert (row["status"], row["duration_ns"]) == (status, 3_000_000_000)
