"""What to do."""

from typing import Literal

from query_service.schemas.base import Answer, field
from query_service.schemas.claude.common import Status


class Action(Answer):
    """Something to do."""

    priority: Literal["high", "medium"] = field("How urgent it is")
    action: str = field("What to do", "Start coder")
    rationale: str = field("Why", "Addresses: coder does not read its queue")
    related_issue_id: str = field("The finding", "0f343b093112")


class Actions(Answer):
    """What to do."""

    system_status: Status = field("In a word")
    total_actions: int = field("How many are told", 1)
    actions: list[Action] = field("In this order")
