"""Jobs: fan-out, join, review loop, retries and their end."""

import json
from collections import Counter
from pathlib import Path

import pytest

from agent_sdk import AgentMessage, AgentQueue, MessageType
from agent_sdk.sample_agents.ledger import Ledger, LedgerQueue
from agent_sdk.sample_agents.orchestrator import Orchestrator
from agent_sdk.sample_agents.settings import SampleSettings
from tests.agent_sdk.conftest import FakeKafka, Recorded

ANSWERS: dict[str, dict[str, object]] = {
    "researcher": {"findings": ["Tea is hot."]},
    "coder": {"code": "pour()"},
    "writer": {"text": "# Tea"},
    "reviewer": {"score": 1.0, "approved": True, "comments": []},
}


class Bench:
    """An orchestrator, and the hand that answers its tasks."""

    def __init__(self, kafka: FakeKafka, file: Path) -> None:
        self.kafka = kafka
        self.file = file
        ledger = Ledger(file)
        self.queue = LedgerQueue(ledger)
        self.orchestrator = Orchestrator(self.queue, ledger, SampleSettings(agent_max_jobs=1))
        self.helper = AgentQueue("helper")

    def open_tasks(self) -> list[AgentMessage]:
        tasks = [AgentMessage.from_bytes(each.value) for each in self.kafka.put_records]
        return [task for task in tasks if task.message_id in self.orchestrator.waiting]

    def targets(self) -> list[str]:
        return [task.target_agent for task in self.open_tasks()]

    def answer(self, target: str, payload: dict[str, object] | None = None) -> None:
        """Answer the open task of `target`, as usual or with this payload."""
        (task,) = [task for task in self.open_tasks() if task.target_agent == target]
        answer = self.helper.send_result(task, payload or ANSWERS[target])
        self.orchestrator.answered(answer.message)

    def fail(self, target: str) -> None:
        (task,) = [task for task in self.open_tasks() if task.target_agent == target]
        self.orchestrator.answered(self.helper.send_error(task, TimeoutError("slow")).message)

    def ledger(self) -> Counter[tuple[str, str | None]]:
        lines = [json.loads(line) for line in self.file.read_text().splitlines()]
        return Counter((line["event"], line["message_type"]) for line in lines)


@pytest.fixture
def bench(recorded: Recorded, kafka: FakeKafka, tmp_path: Path) -> Bench:
    made = Bench(kafka, tmp_path / "new" / "ledger.jsonl")
    made.orchestrator.start_job()
    return made


def test_a_job_fans_out_joins_and_ends_with_the_approval(bench: Bench) -> None:
    assert bench.targets() == ["researcher", "coder"]
    bench.answer("coder")
    assert bench.targets() == ["researcher"]
    bench.answer("researcher")
    assert bench.targets() == ["writer"]
    bench.answer("writer")
    assert bench.targets() == ["reviewer"]
    bench.answer("reviewer")
    assert bench.targets() == [] and not bench.orchestrator.may_make
    assert bench.ledger() == {
        ("job_started", None): 1,
        ("sent", "task"): 4,
        ("job_done", "result"): 1,
    }


def test_a_text_that_is_not_approved_is_revised_a_limited_number_of_times(bench: Bench) -> None:
    rejection = {"score": 0.5, "approved": False, "comments": ["add a conclusion"]}
    bench.answer("researcher")
    bench.answer("coder")
    for _ in range(2):
        bench.answer("writer")
        bench.answer("reviewer", rejection)
        (task,) = bench.open_tasks()
        assert task.payload["comments"] == ["add a conclusion"]
        assert task.reason == "revise the text: add a conclusion"
    bench.answer("writer")
    bench.answer("reviewer", rejection)
    assert bench.targets() == []


def test_a_failed_task_is_tried_again_with_the_next_attempt(bench: Bench, kafka: FakeKafka) -> None:
    bench.fail("researcher")
    headers = dict(kafka.put_records[-1].headers)
    assert headers["attempt"] == b"2"
    assert bench.targets() == ["coder", "researcher"]


def test_a_task_that_fails_for_good_ends_the_job(bench: Bench) -> None:
    for _ in range(4):
        bench.fail("researcher")
    assert bench.targets() == []
    assert bench.ledger()[("job_done", "error")] == 1


def test_an_answer_that_nobody_waits_for_is_left_alone(bench: Bench) -> None:
    stray = AgentMessage(
        message_id="m-1", message_type=MessageType.RESULT, parent_message_id="unknown"
    )
    bench.orchestrator.answered(stray)
    assert bench.targets() == ["researcher", "coder"]


def test_all_messages_of_a_job_are_one_conversation(bench: Bench, kafka: FakeKafka) -> None:
    bench.answer("researcher")
    bench.answer("coder")
    conversations = {
        dict(each.headers)["conversation-id"]
        for each in kafka.put_records
        if AgentMessage.from_bytes(each.value).message_type is MessageType.TASK
    }
    assert len(conversations) == 1
