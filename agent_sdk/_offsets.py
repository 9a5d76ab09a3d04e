"""Which offset may be committed while several messages are worked on."""


class OffsetTracker:
    """Messages are delivered in order and done in any order; a commit must not skip one.

    **Usage**:

        tracker.delivered(partition, 7); tracker.delivered(partition, 8)
        tracker.done(partition, 8); tracker.commits()   # {}
        tracker.done(partition, 7); tracker.commits()   # {partition: 9}
    """

    def __init__(self) -> None:
        self._open: dict[int, set[int]] = {}
        self._next: dict[int, int] = {}
        self._committed: dict[int, int] = {}

    def delivered(self, partition: int, offset: int) -> None:
        """The record at `offset` is being worked on."""
        self._open.setdefault(partition, set()).add(offset)
        self._next[partition] = offset + 1
        self._committed.setdefault(partition, offset)

    def done(self, partition: int, offset: int) -> None:
        """The record is done; nothing happens when its partition was taken away meanwhile."""
        self._open.get(partition, set()).discard(offset)

    def commits(self) -> dict[int, int]:
        """For each partition that got on, the offset to commit: the first that is not done."""
        found = {}
        for partition, following in self._next.items():
            first_open = min(self._open[partition], default=following)
            if first_open > self._committed[partition]:
                found[partition] = self._committed[partition] = first_open
        return found

    def keep(self, partitions: set[int]) -> dict[int, int]:
        """After a rebalance: forget all other partitions; where each kept one goes on."""
        for partition in self._next.keys() - partitions:
            del self._open[partition], self._next[partition], self._committed[partition]
        return dict(self._next)

    def failed(self, partitions: dict[int, int]) -> None:
        """A commit did not succeed: it is due again."""
        for partition in partitions.keys() & self._committed.keys():
            self._committed[partition] = -1
