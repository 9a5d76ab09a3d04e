"""How a source is becomes a fact, and the Collector's absence is none of it."""

import pytest

from query_service.errors import Forbidden, Unavailable
from query_service.observer.otlp_metrics import NotRecorded
from query_service.observer.sources import Off, SourceJob, Witness, source_key
from query_service.observer.things import Key, News, View

POD = Key("k8s.pod", "shop", "web", "1")


class Sender:
    """Keeps what it is sent; away while `is_away`."""

    def __init__(self) -> None:
        self.sent: list[News] = []
        self.is_away = False

    def send(self, news: News, observed_at: int) -> None:
        """Take news. Raises NotRecorded."""
        if self.is_away:
            raise NotRecorded("the Collector is away")
        self.sent.append(news)


class Pods:
    """A source of one pod."""

    def read(self) -> View:
        """What there is."""
        return View(1, {POD: {"phase": "Running"}})


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unavailable("no answer"), {"state": "unreachable", "message": "no answer"}),
        (Forbidden("no right"), {"state": "refused", "message": "no right"}),
        (KeyError("odd"), {"state": "unreachable", "message": "KeyError('odd')"}),
        (None, {"state": "ok"}),
    ],
)
def test_how_a_source_is(error: Exception | None, state: dict[str, object]) -> None:
    sender = Sender()

    def run() -> None:
        if error:
            raise error

    witness = Witness("kubernetes", run, sender, 60)
    for _ in range(2):  # the second time there is nothing new
        try:
            witness.run()
        except Exception as raised:
            assert raised is error
    assert [news.things for news in sender.sent if news.things] == [
        {source_key("kubernetes"): state | {"keep_alive": 60}}
    ]


def test_a_collector_that_is_away_says_nothing_of_the_source() -> None:
    sender = Sender()
    witness = Witness("kubernetes", SourceJob(Pods(), sender, 60).run, sender, 60)
    sender.is_away = True
    with pytest.raises(NotRecorded):
        witness.run()
    sender.is_away = False
    witness.run()
    things = {key: thing for news in sender.sent for key, thing in news.things.items()}
    assert things == {
        POD: {"phase": "Running"},
        source_key("kubernetes"): {"state": "ok", "keep_alive": 60},
    }


def test_what_a_source_fails_by_is_told_while_the_collector_is_away_too() -> None:
    sender = Sender()
    sender.is_away = True

    def fail() -> None:
        raise Unavailable("no Kafka")

    with pytest.raises(Unavailable, match="no Kafka"):
        Witness("kafka", fail, sender, 60).run()


def test_a_source_that_is_not_looked_at() -> None:
    sender = Sender()
    SourceJob(Off("kubernetes"), sender, 60).run()
    assert sender.sent[0].things == {source_key("kubernetes"): {"state": "off", "keep_alive": 60}}


def test_a_part_of_a_source_says_how_long_it_may_be_silent() -> None:
    part = source_key("kubernetes-metrics")

    class Parts:
        """A source of a pod, and of a part that has a state of its own."""

        def read(self) -> View:
            """What there is."""
            return View(1, {POD: {"phase": "Running"}, part: {"state": "ok"}})

    sender = Sender()
    SourceJob(Parts(), sender, 300).run()
    assert sender.sent[0].things == {
        POD: {"phase": "Running"},
        part: {"state": "ok", "keep_alive": 300},
    }
