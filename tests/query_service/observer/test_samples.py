"""What is recorded, and when: against a model of a store that keeps the latest value."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from query_service.observer.samples import Metric, Observation, Recorded, Samples, Series

KEEP_ALIVE = 60.0
END = [Series(Metric.END, "agent-queue-a", partition) for partition in range(3)]
MEMBERS = [Series(Metric.MEMBERS, group=group) for group in "gh"] + [
    Series(Metric.MEMBERS, "agent-queue-a", group=group) for group in "gh"
]
rounds = st.dictionaries(st.sampled_from(END + MEMBERS), st.integers(0, 3))


class Recording(RuleBasedStateMachine):
    """Rounds are observed and recorded, or fail to be recorded, while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.recorded = Recorded(KEEP_ALIVE)
        self.now = 0.0
        self.store: dict[Series, int] = {}
        self.stored_at: dict[Series, float] = {}
        self.unseen: set[Series] = set()

    @rule(seconds=st.floats(0, 2 * KEEP_ALIVE))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(samples=rounds, unsettled=st.frozensets(st.sampled_from("gh")))
    def a_round_is_recorded(self, samples: Samples, unsettled: frozenset[str]) -> None:
        due = self.recorded.due(Observation(0, samples, unsettled), self.now)
        for series, value in due.items():
            changed = self.store.get(series) != value
            assert (
                changed or series in self.unseen or self.now - self.stored_at[series] >= KEEP_ALIVE
            ), "said twice"
        self.recorded.remember(due, self.now)
        self.unseen = set(END + MEMBERS) - set(samples)
        before = dict(self.store)
        self.store |= due
        self.stored_at |= dict.fromkeys(due, self.now)
        for series, value in samples.items():
            assert self.store[series] == value, "the store has what was seen"
            assert self.now - self.stored_at[series] < KEEP_ALIVE, "it is kept alive"
        for series in set(MEMBERS) - set(samples):
            if series.group in unsettled:
                assert self.store.get(series) == before.get(series), "not known now: no sample"
            else:
                assert not self.store.get(series), "who is not seen has left"
        for series in set(END) - set(samples):
            assert self.store.get(series) == before.get(series), "no sample: nothing is said"

    @rule(samples=rounds)
    def a_round_is_not_recorded(self, samples: Samples) -> None:
        due = self.recorded.due(Observation(0, samples), self.now)
        self.unseen |= set(END + MEMBERS) - set(samples)
        assert self.recorded.due(Observation(0, samples), self.now) == due, "due until recorded"


TestRecording = Recording.TestCase
TestRecording.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)


def test_a_value_is_due_when_it_is_new_and_when_it_changes() -> None:
    recorded = Recorded(KEEP_ALIVE)
    assert recorded.due(Observation(0, {END[0]: 1}), now=0) == {END[0]: 1}
    recorded.remember({END[0]: 1}, at=0)
    assert recorded.due(Observation(0, {END[0]: 1}), now=59) == {}
    assert recorded.due(Observation(0, {END[0]: 2}), now=59) == {END[0]: 2}
    assert recorded.due(Observation(0, {END[0]: 1}), now=60) == {END[0]: 1}


def test_a_topic_made_anew_is_recorded_at_once() -> None:
    recorded = Recorded(KEEP_ALIVE)
    recorded.remember({END[0]: 0}, at=0)
    assert recorded.due(Observation(0, {}), now=1) == {}
    assert recorded.due(Observation(0, {END[0]: 0}), now=2) == {END[0]: 0}
