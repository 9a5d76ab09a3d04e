"""What `/api/v1/search` answers."""

from query_service.models.parameters.values import SearchKind
from query_service.schemas.base import Answer, field


class Found(Answer):
    """One thing that was found."""

    kind: SearchKind = field("What it is")
    id: str = field("Its id", "1a183f2e-5951-b077-5633-b73e89711739")
    title: str = field("What it is, 200 characters at most", "task Researcher → Writer")
    preview: str | None = field(
        "Where the first word stands, or what it says, 200 characters; null when found by its id",
        "write a draft about tea",
    )
    time: str = field("When it happened", "2026-11-22T11:51:55.756869")
    trace_id: str | None = field("Its trace", "4bf92f3577b34da6a3ce929d0e0e4736")
    agent: str | None = field("Its agent, as in the name of its queue", "writer")
    link: str = field("Where REST has it", "/api/v1/handoffs/1a183f2e-5951-b077-5633-b73e89711739")


class Search(Answer):
    """What was found: by its id first, then the newest."""

    items: list[Found] = field("What was found")
    more_of: list[SearchKind] = field("Kinds of which there is more than is shown")
    next_cursor: str | None = field("Gives the next page; null at the end", "eyJhdCI6IjIwMjYtMTEt")
    since: str = field(
        "Words were looked for from then on; ids in all that is kept", "2026-11-21T12:00:00"
    )
