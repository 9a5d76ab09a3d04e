"""What the sample agents share: start, receive, fail now and then, stop cleanly."""

import logging
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import agent_sdk
from agent_sdk import Delivery, MessageType
from agent_sdk.sample_agents.ledger import Ledger, LedgerQueue
from agent_sdk.sample_agents.settings import SampleSettings

Payload = dict[str, object]
_FAILURES: tuple[Exception, ...] = (
    TimeoutError("the index did not answer within 5 s"),
    ConnectionError("the index closed the connection"),
    ValueError("the input names no topic that is known here"),
)
_GRACE_SECONDS = 1.0


class Chance:
    """Decides which tasks fail on purpose; the same seed decides the same."""

    def __init__(self, name: str, settings: SampleSettings) -> None:
        self._random = random.Random(f"{settings.agent_seed}:{name}")
        self._rate = settings.agent_failure_rate

    def strike(self) -> None:
        """Raises one of a few usual errors for a share of the calls."""
        if self._random.random() < self._rate:
            error = self._random.choice(_FAILURES)
            raise type(error)(*error.args)


@contextmanager
def running(name: str) -> Iterator[tuple[LedgerQueue, Ledger, SampleSettings]]:
    """Everything an agent needs, until it ends; SIGTERM and SIGINT end its `receive()`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # The SDK itself tells, now and then, that Kafka or the Collector is away.
    for noisy in ("kafka", "urllib3", "opentelemetry", "httpx"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    settings = SampleSettings()
    agent_sdk.configure(name)
    ledger = Ledger(settings.agent_ledger)
    queue = LedgerQueue(ledger)

    def stop(signum: int, frame: FrameType | None) -> None:
        queue.stop()
        # The present message may be finished, but not for ever.
        signal.setitimer(signal.ITIMER_REAL, _GRACE_SECONDS)

    def give_up(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGALRM, give_up)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    ledger.begin()
    try:
        yield queue, ledger, settings
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        queue.close(timeout=1.2)
        agent_sdk.shutdown(timeout=0.8)


def serve(name: str, work: Callable[[Payload], Payload]) -> None:
    """Answer each task of the agent's queue with what `work` makes of its payload."""
    with running(name) as (queue, ledger, settings):
        chance = Chance(name, settings)
        for delivery in queue.receive():
            ledger.write("received", delivery.message)
            if delivery.message.message_type is MessageType.TASK:
                _answer(delivery, work, chance, ledger)
            else:
                with delivery.process():
                    pass


def _answer(
    delivery: Delivery, work: Callable[[Payload], Payload], chance: Chance, ledger: Ledger
) -> None:
    with delivery.process() as processing:
        if delivery.cancelled:
            processing.cancel()
            return
        with agent_sdk.task(delivery.message.reason or "task"):
            chance.strike()
            answer = work(delivery.message.payload)
        processing.reply(answer)
        ledger.write("answered", delivery.message)
    if processing.error is not None:
        detailed = agent_sdk.record_error(processing.error)
        ledger.write("failed", delivery.message, error_id=detailed.error_id)
