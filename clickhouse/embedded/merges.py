"""Merges take what inserts and questions leave of the processor: nobody waits for them."""

import os
from collections.abc import Callable
from pathlib import Path

NICE = 5
"""More than other threads have: where all want the processor, a third of what those get. More was
not measured with a backlog of merges, which grow where they get too little."""
_THREADS = "MergeMutate"
_FIRST_TABLE = (
    "CREATE TEMPORARY TABLE first_table (x UInt8) ENGINE = MergeTree ORDER BY x",
    "DROP TEMPORARY TABLE first_table",
)


def yield_to_others(query: Callable[[str], object]) -> None:
    """Lower the priority of the engine's threads that merge; `query` runs one statement.

    The server's own setting for this (`os_threads_nice_value_merge_mutate`) does nothing in chDB.
    Without /proc, nothing is changed.
    """
    for statement in _FIRST_TABLE:  # the threads are there from then on
        query(statement)
    nice = min(os.getpriority(os.PRIO_PROCESS, 0) + NICE, 19)
    for name in Path("/proc/self/task").glob("*/comm"):
        if name.read_text().strip() == _THREADS:
            os.setpriority(os.PRIO_PROCESS, int(name.parent.name), nice)
