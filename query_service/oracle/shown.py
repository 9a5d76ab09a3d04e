"""What is shown of a queue."""

from typing import NamedTuple

from query_service.models.oracle_queues import OpenTask
from query_service.models.queue import Pending


class Shown(NamedTuple):
    """What waits in the queue of an agent, and the oldest tasks of it."""

    pending: Pending
    tasks: list[OpenTask]
