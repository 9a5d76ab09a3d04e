"""What `/api/v1/graph` answers."""

from query_service.schemas.base import Answer, field


class Node(Answer):
    """One agent."""

    id: str = field("The agent, as its queue is called", "researcher")
    tasks_sent: int = field("Tasks that it sent", 12)
    tasks_received: int = field("Tasks that were sent to it", 10)
    failed: int = field("Of those sent to it: answered with an error", 1)
    open: int = field("Of those sent to it: not answered", 2)


class Edge(Answer):
    """Tasks that one agent sent to another."""

    source: str = field("Who sent them", "orchestrator")
    target: str = field("Whose queue they were sent to", "researcher")
    tasks: int = field("Tasks sent in the window", 10)
    answered: int = field("Of these: answered", 8)
    completed: int = field("First answer a result", 7)
    failed: int = field("First answer an error", 1)
    cancelled: int = field("First answer a cancel", 0)
    superseded: int = field("Sent again as another task before an answer came", 0)
    open: int = field("Not answered", 2)
    queued: int = field("Of the open ones: not fetched yet", 1)
    in_progress: int = field("Of the open ones: somebody has them", 1)
    expired: int = field("Of the open ones: their time to live has passed", 0)
    lost: int = field("Of the open ones: nobody reads the queue", 0)
    unknown: int = field("Of the open ones: nobody has looked at the queue", 0)
    not_consumed: int = field("queued, lost and unknown", 1)
    p50_seconds: float | None = field("Half of the first answers took no longer, within 1 %", 1.25)
    p95_seconds: float | None = field("95 % of them took no longer, within 1 %", 8.5)


class Graph(Answer):
    """Who hands work to whom."""

    since: str = field("Start of the window", "2026-11-22T11:00:00.000000")
    nodes: list[Node] = field("Every agent that sent or got a task")
    edges: list[Edge] = field("Edges, in the order asked for")
    edges_omitted: int = field("Edges that are not on this page", 0)
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")
