"""The orchestrator makes jobs: research and code at the same time, then write, then review."""

import itertools
import random
import time
from dataclasses import dataclass, field

import agent_sdk
from agent_sdk import AgentMessage, MessageType
from agent_sdk.sample_agents.ledger import Ledger, LedgerQueue
from agent_sdk.sample_agents.runner import Payload, running
from agent_sdk.sample_agents.settings import SampleSettings
from agent_sdk.sample_agents.writer import texts

TOPICS = ("consumer groups in kafka", "retries of a task", "the trace context", "backpressure")
_MAX_ATTEMPTS = 4
_MAX_REVISIONS = 2


@dataclass
class Job:
    """What is known so far about one text to make."""

    conversation_id: str
    facts: Payload
    revisions: int = 0


@dataclass(frozen=True)
class Asked:
    """A task that waits for its answer."""

    job: Job
    target: str
    payload: Payload
    reason: str
    attempt: int


@dataclass
class Orchestrator:
    """Makes jobs and takes each a step further with every answer."""

    queue: LedgerQueue
    ledger: Ledger
    settings: SampleSettings
    waiting: dict[str, Asked] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.settings.agent_seed)
        self._numbers = itertools.count(1)
        self._run = int(time.time())

    @property
    def may_make(self) -> bool:
        """False when AGENT_MAX_JOBS were made."""
        return self.settings.agent_max_jobs is None or self.made < self.settings.agent_max_jobs

    def start_job(self) -> None:
        """Hand out the first two tasks of a new job."""
        job = Job(f"job-{self._run}-{next(self._numbers)}", {"topic": self._random.choice(TOPICS)})
        self.made += 1
        self.ledger.write("job_started")
        with agent_sdk.agent("orchestrator"), agent_sdk.planning():
            self.ask(job, "researcher", dict(job.facts), "find facts")
            self.ask(job, "coder", dict(job.facts), "write an example")

    def ask(self, job: Job, target: str, payload: Payload, reason: str, attempt: int = 1) -> None:
        sent = self.queue.send_task(
            target,
            payload,
            reason=reason,
            attempt=attempt,
            conversation_id=job.conversation_id,
        )
        self.waiting[sent.message.message_id] = Asked(job, target, payload, reason, attempt)

    def answered(self, message: AgentMessage) -> None:
        """A result or an error came; one that nobody waits for (any more) is left alone."""
        asked = self.waiting.pop(message.parent_message_id or "", None)
        if asked is None:
            return
        if message.message_type is MessageType.ERROR:
            self.retry(asked, message)
            return
        job = asked.job
        job.facts.update(message.payload)
        if asked.target in ("researcher", "coder"):
            if {"findings", "code"} <= job.facts.keys():
                self.ask(job, "writer", dict(job.facts), "write the text")
        elif asked.target == "writer":
            self.ask(job, "reviewer", dict(job.facts), "review the text")
        elif job.facts["approved"] or job.revisions == _MAX_REVISIONS:
            self.ledger.write("job_done", message)
        else:
            job.revisions += 1
            comments = ", ".join(texts(job.facts, "comments"))
            self.ask(job, "writer", dict(job.facts), f"revise the text: {comments}")

    def retry(self, asked: Asked, message: AgentMessage) -> None:
        if asked.attempt < _MAX_ATTEMPTS:
            self.ask(asked.job, asked.target, asked.payload, asked.reason, asked.attempt + 1)
            return
        for message_id, other in list(self.waiting.items()):
            if other.job is asked.job:
                del self.waiting[message_id]
        self.ledger.write("job_done", message, error_id=message.payload.get("error_id"))


def main() -> None:
    """Run the agent until it is stopped, or AGENT_MAX_JOBS are done."""
    with running("orchestrator") as (queue, ledger, settings):
        orchestrator = Orchestrator(queue, ledger, settings)
        next_job = time.monotonic()
        while not queue.stopped and (orchestrator.may_make or orchestrator.waiting):
            if orchestrator.may_make and time.monotonic() >= next_job:
                orchestrator.start_job()
                next_job += settings.agent_interval_seconds
            pause = max(next_job - time.monotonic(), 0) if orchestrator.may_make else 1.0
            for delivery in queue.receive(timeout=pause):
                ledger.write("received", delivery.message)
                with delivery.process():
                    orchestrator.answered(delivery.message)
                if time.monotonic() >= next_job or not orchestrator.waiting:
                    break
