"""What `/api/v1/handoffs` answers."""

from typing import Any

from query_service.schemas.base import Answer, Stored, field

TIME = "2026-11-22T11:51:55.756869"
TASK = "9a4c2d8e-77f1-4a6b-8e1c-2f5b8f6f0d11"


class Handoff(Stored):
    """A handoff record as it came, or made of the task; what became of it stands beside."""

    handoff_id: Any = field("Its id; that of the message when there is no record", TASK)
    trace_id: Any = field("Trace", "4bf92f3577b34da6a3ce929d0e0e4736")
    source_agent_id: Any = field("Sender's id", "orchestrator")
    source_agent_name: Any = field("Sender", "Orchestrator")
    target_agent_id: Any = field("Receiver's id", "researcher")
    target_agent_name: Any = field("Receiver", "Researcher")
    reason: Any = field("Why the work is handed over", "research")
    context: Any = field("Context, an object", {"queue_topic": "agent-queue-researcher"})
    timestamp: Any = field("Time", TIME)


class Course(Answer):
    """What became of the task that was handed over."""

    message_id: str = field("The task", TASK)
    priority: str = field("Its priority", "normal")
    outcome: str = field(
        "completed, failed or cancelled by the first answer, superseded when it was sent again "
        "before, else the state of the task",
        "failed",
    )
    sent_at: str = field("When it was sent", TIME)
    received_at: str | None = field("First sign that the receiver has it", TIME)
    consumed: bool = field("Whether somebody has fetched it")
    answered_at: str | None = field("Time of the first answer", TIME)
    answered_by: str | None = field("Who sent it", "researcher")
    answer_message_id: str | None = field("The first answer", TASK)
    answers: int = field("Answers in all", 1)
    answered_late: bool = field("Whether the first answer came after the time to live")
    pickup_seconds: float | None = field("From sending to the first sign", 0.12)
    duration_seconds: float | None = field("From sending to the first answer", 2.5)
    clock_skew: bool = field(
        "By the clocks of both it came before it was sent: the seconds are null", sometimes=True
    )


class HandoffWithCourse(Handoff):
    """A handoff with what became of it; only message_id and outcome (null) without a task."""

    message_id: Any = field("The task", TASK)
    priority: Any = field("Its priority", "normal", sometimes=True)
    outcome: Any = field("What became of it; null when its task is not known", "completed")
    sent_at: Any = field("When the task was sent", TIME, sometimes=True)
    received_at: Any = field("First sign that the receiver has it, or null", TIME, sometimes=True)
    consumed: Any = field("Whether somebody has fetched it", True, sometimes=True)
    answered_at: Any = field("Time of the first answer, or null", TIME, sometimes=True)
    answered_by: Any = field("Who sent it, or null", "researcher", sometimes=True)
    answer_message_id: Any = field("The first answer, or null", TASK, sometimes=True)
    answers: Any = field("Answers in all", 1, sometimes=True)
    answered_late: Any = field("Whether it came after the time to live", False, sometimes=True)
    pickup_seconds: Any = field("From sending to the first sign, or null", 0.12, sometimes=True)
    duration_seconds: Any = field("From sending to the first answer, or null", 2.5, sometimes=True)
    clock_skew: Any = field(
        "By the clocks of both it came before it was sent", True, sometimes=True
    )


class Handoffs(Answer):
    """Handoffs, newest first."""

    handoffs: list[HandoffWithCourse] = field("The newest of them")
    next_cursor: str | None = field("Where the next page begins; null at the end", "eyJhdCI6IjIw")


class RedriveEnd(Stored):
    """The task at the other end of a redrive: message_id and outcome, and the rest of a course
    where the task is known."""

    message_id: Any = field("The task", TASK)
    outcome: Any = field("What became of it; null when it is not known", "superseded")


class Entry(Answer):
    """One thing that happened."""

    type: str = field(
        "message, delivery, consumed, state, span, error, answer, later_answer or redrive",
        "answer",
    )
    timestamp: str | None = field("When", TIME)
    agent: str | None = field("Who did it; null when it is not known", "Researcher")
    data: dict[str, Any] = field("What is known of it", {"message_type": "result"})


class Story(Answer):
    """Everything that is known of one handoff."""

    message_id: str = field("The message that was handed over", TASK)
    trace_id: str | None = field("Its trace", "4bf92f3577b34da6a3ce929d0e0e4736")
    handoff: Handoff | None = field("The handoff")
    course: Course | None = field("What became of the task; null when it is not known")
    redrives: list[RedriveEnd] = field("Tasks that it was sent again as, the first one first")
    redrive_of: RedriveEnd | None = field("The task that was sent again as this one")
    story: list[Entry] = field("What happened, in order")
