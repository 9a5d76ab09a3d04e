"""A commit never skips a message that is still worked on."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent_sdk._offsets import OffsetTracker


def test_done_out_of_order() -> None:
    tracker = OffsetTracker()
    for offset in (7, 8, 9):
        tracker.delivered(0, offset)
    tracker.done(0, 8)
    assert tracker.commits() == {}
    tracker.done(0, 7)
    assert tracker.commits() == {0: 9}
    assert tracker.commits() == {}
    tracker.done(0, 9)
    assert tracker.commits() == {0: 10}


def test_a_gap_in_the_offsets_is_no_open_message() -> None:
    tracker = OffsetTracker()
    tracker.delivered(0, 3)
    tracker.delivered(0, 40)
    tracker.done(0, 3)
    assert tracker.commits() == {0: 40}


def test_a_failed_commit_is_due_again() -> None:
    tracker = OffsetTracker()
    tracker.delivered(1, 0)
    tracker.done(1, 0)
    due = tracker.commits()
    tracker.failed(due)
    assert tracker.commits() == due == {1: 1}


def test_a_partition_taken_away_is_never_committed() -> None:
    tracker = OffsetTracker()
    tracker.delivered(0, 5)
    tracker.delivered(1, 6)
    assert tracker.keep({1}) == {1: 7}
    tracker.done(0, 5)
    tracker.done(1, 6)
    assert tracker.commits() == {1: 7}


class _Tracking(RuleBasedStateMachine):
    """Beside a model: what was delivered, what is done, what was committed."""

    def __init__(self) -> None:
        super().__init__()
        self.tracker = OffsetTracker()
        self.next = {0: 0, 1: 0}
        self.open: set[tuple[int, int]] = set()
        self.committed = {0: 0, 1: 0}

    @rule(partition=st.sampled_from([0, 1]), skipped=st.integers(0, 2))
    def deliver(self, partition: int, skipped: int) -> None:
        offset = self.next[partition] + skipped
        self.tracker.delivered(partition, offset)
        self.open.add((partition, offset))
        self.next[partition] = offset + 1

    @precondition(lambda self: bool(self.open))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(sorted(self.open)))
        self.open.remove(chosen)
        self.tracker.done(*chosen)

    @rule(succeeds=st.booleans())
    def commit(self, succeeds: bool) -> None:
        due = self.tracker.commits()
        for partition, offset in due.items():
            assert offset >= self.committed[partition]
        if succeeds:
            self.committed.update(due)
        else:
            self.tracker.failed(due)

    @invariant()
    def no_open_message_is_behind_a_commit(self) -> None:
        for partition, offset in self.open:
            assert offset >= self.committed[partition]

    def teardown(self) -> None:
        for partition, offset in sorted(self.open):
            self.tracker.done(partition, offset)
        self.committed.update(self.tracker.commits())
        assert self.committed == self.next


TestTracking = _Tracking.TestCase
TestTracking.settings = settings(stateful_step_count=30, deadline=None)
