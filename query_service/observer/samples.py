"""What was seen, and which of it has to be recorded: changes at once, everything each minute."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum


class Metric(StrEnum):
    """Kafka's figures, named as the Collector's kafkametricsreceiver names them."""

    END = "kafka.partition.current_offset"
    OLDEST = "kafka.partition.oldest_offset"
    COMMITTED = "kafka.consumer_group.offset"
    LAG = "kafka.consumer_group.lag"
    MEMBERS = "kafka.consumer_group.members"


@dataclass(frozen=True)
class Series:
    """One figure over time. `topic` is empty for the members of a group as a whole."""

    metric: Metric
    topic: str = ""
    partition: int | None = None
    group: str = ""


Samples = Mapping[Series, int]


@dataclass(frozen=True)
class Observation:
    """One round: the samples, true at `observed_at` (ns since 1970) or shortly before.

    `unsettled` are the groups in a rebalance: who reads what in them is not known now.
    """

    observed_at: int
    samples: Samples
    unsettled: Set[str] = frozenset()


@dataclass
class Recorded:
    """What has been recorded, and so what is still to be. Times are seconds of one clock."""

    keep_alive: float
    _values: dict[Series, tuple[int, float]] = field(default_factory=dict)

    def remember(self, samples: Samples, at: float) -> None:
        """Note that these samples are recorded."""
        self._values.update({series: (value, at) for series, value in samples.items()})

    def due(self, seen: Observation, now: float) -> dict[Series, int]:
        """What to record: new and changed values, those recorded long ago, members now gone.

        A series that is no longer seen is forgotten, but for members: nobody is there, 0.
        """
        samples = dict(seen.samples)
        for series, (value, _) in list(self._values.items()):
            if series in samples or series.group in seen.unsettled:
                continue
            if series.metric is Metric.MEMBERS and value:
                samples[series] = 0
            else:
                del self._values[series]
        return {
            series: value
            for series, value in samples.items()
            if self._values.get(series, (None, now))[0] != value
            or now - self._values[series][1] >= self.keep_alive
        }
