"""What `/api/v1/agents` answers."""

from query_service.schemas.base import Answer, field

TIME = "2026-11-22T11:51:55.756869"


class Agent(Answer):
    """One agent with what is known of it."""

    agent_name: str = field("The agent, as its queue is called", "researcher")
    display_name: str = field("As it calls itself", "Researcher")
    queue_topic: str | None = field("Its queue; null when it has none", "agent-queue-researcher")
    first_seen: str | None = field("First time that it did or got anything", TIME)
    last_seen: str | None = field("Last time that it did or got anything", TIME)
    messages_sent: int = field("Messages that it sent", 40)
    messages_received: int = field("Messages in its queue", 42)
    pending_tasks: int = field("Tasks of its queue without an answer", 2)
    spans: int = field("Its spans", 300)
    errors: int = field("Its failures", 1)
    models: list[str] = field("Models that it calls", ["claude-sonnet-4"])


class Agents(Answer):
    """All agents."""

    agents: list[Agent] = field("Each agent, by its name unless sorted otherwise")
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")
