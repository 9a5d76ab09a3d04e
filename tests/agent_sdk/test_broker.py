"""Against a real Kafka that is killed, stopped and started again."""

import gc
import threading
import time
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice

import pytest
from kafka.admin import KafkaAdminClient
from kafka.consumer.group import KafkaConsumer
from kafka.errors import MessageSizeTooLargeError
from kafka.producer.kafka import KafkaProducer
from kafka.structs import TopicPartition

import agent_sdk
from agent_sdk import AgentQueue, SendFailed, consumer_group
from agent_sdk._names import slug
from tests.stack import Stack
from tests.waiting import wait_until

# kafka-python leaves the socket of each failed attempt to connect to the garbage collector.
pytestmark = [
    pytest.mark.stack,
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
    ),
]

Open = Callable[[str], AgentQueue]


@pytest.fixture
def name() -> str:
    """An agent that no other test knows."""
    return f"agent {uuid.uuid4().hex[:12]}"


@pytest.fixture
def open_queue(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens queues on the stack's Kafka; all are closed at the end, and Kafka is up."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", stack.kafka)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    made: list[AgentQueue] = []

    def opened(agent: str) -> AgentQueue:
        agent_sdk.configure(agent)
        made.append(AgentQueue(agent))
        return made[-1]

    yield opened
    for queue in made:
        queue.close()
    agent_sdk.shutdown()
    made.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def _committed(stack: Stack, queue: AgentQueue) -> int:
    consumer = KafkaConsumer(
        bootstrap_servers=stack.kafka,
        group_id=consumer_group(queue.agent),
        enable_auto_commit=False,
    )
    try:
        partitions = consumer.partitions_for_topic(queue.topic) or set()
        found = [consumer.committed(TopicPartition(queue.topic, each)) for each in partitions]
        return sum(offset or 0 for offset in found)
    finally:
        consumer.close()


def _has_passed(moment: float) -> bool:
    return time.monotonic() > moment


def _work(queue: AgentQueue, seen: "Counter[int]") -> threading.Thread:
    def work() -> None:
        for delivery in queue.receive():
            with delivery.process():
                number = delivery.message.payload["n"]
                assert isinstance(number, int)
                seen[number] += 1

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_killed_broker_loses_and_doubles_nothing(
    stack: Stack, open_queue: Open, name: str
) -> None:
    queue = open_queue(name)
    seen: Counter[int] = Counter()
    thread = _work(queue, seen)
    sent = [queue.send_task(name, {"n": number}) for number in range(300)]
    wait_until(lambda: len(seen) >= 10)
    stack.kill("kafka")
    sent += [queue.send_task(name, {"n": number}) for number in range(300, 600)]
    stack.wait_ready("kafka")
    sent += [queue.send_task(name, {"n": number}) for number in range(600, 900)]
    places = {(each.wait(90).partition, each.wait(90).offset) for each in sent}
    assert len(places) == 900
    wait_until(lambda: len(seen) == 900)
    queue.stop()
    thread.join(90)
    # Every record is in Kafka once; the receiver may see again what it had not committed.
    assert sorted(seen) == list(range(900))
    assert sum(seen.values()) - 900 < 60


def test_sending_goes_on_after_an_outage_longer_than_the_delivery_timeout(
    stack: Stack, open_queue: Open, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_DELIVERY_TIMEOUT_SECONDS", "2")
    queue = open_queue(name)
    queue.send_task(name, {"n": 0}).wait(90)
    stack.stop("kafka")
    lost = [queue.send_task(name, {"n": number}) for number in range(1, 21)]
    for each in lost:
        with pytest.raises(SendFailed):
            each.wait(90)
    stack.start("kafka")
    assert queue.send_task(name, {"n": 21}).wait(90).offset >= 0
    assert queue.close() == 0


def test_a_message_that_the_queue_does_not_take_fails_alone(
    stack: Stack, open_queue: Open, name: str
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka)
    try:
        small = {"num_partitions": 1, "configs": {"max.message.bytes": "100000"}}
        admin.create_topics({f"agent-queue-{slug(name)}": small}, wait_for_metadata=True)
    finally:
        admin.close()
    queue = open_queue(name)
    big = "x" * 300_000
    sent = [
        queue.send_task(name, {"n": n, "text": big if n in (3, 4, 9) else ""}) for n in range(12)
    ]
    offsets = []
    for number, each in enumerate(sent):
        if number in (3, 4, 9):
            with pytest.raises(SendFailed) as refused:
                each.wait(90)
            assert isinstance(refused.value.__cause__, MessageSizeTooLargeError)
        else:
            offsets.append(each.wait(90).offset)
    assert sorted(offsets) == list(range(9))
    assert queue.send_task(name, {"n": 12}).wait(90).offset == 9


def test_a_message_that_was_not_processed_comes_again(
    stack: Stack, open_queue: Open, name: str
) -> None:
    queue = open_queue(name)
    for number in range(3):
        queue.send_task(name, {"n": number}).wait(90)
    first = queue.receive(90)
    with next(first).process():
        pass
    taken = next(first)
    queue.close()
    again = [d.message.message_id for d in islice(open_queue(name).receive(90), 2)]
    assert taken.message.message_id in again


def test_long_work_keeps_its_partition_and_is_not_delivered_again(
    stack: Stack, open_queue: Open, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KafkaConsumer.DEFAULT_CONFIG, "max_poll_interval_ms", 2000)
    queue = open_queue(name)
    queue.send_task(name, {"n": 0}).wait(90)
    seen = []
    for delivery in chain(islice(queue.receive(90), 1), queue.receive(6)):
        with delivery.process():
            seen.append(delivery.message.message_id)
            wait_until(partial(_has_passed, time.monotonic() + 5))
    assert len(seen) == 1
    wait_until(lambda: _committed(stack, queue) == 1)


def test_two_receivers_share_the_work(stack: Stack, open_queue: Open, name: str) -> None:
    first, second = open_queue(name), open_queue(name)
    seen: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    threads = [_work(first, seen[0]), _work(second, seen[1])]
    sent = 0

    def both_have_worked() -> bool:
        nonlocal sent
        for _ in range(10):
            first.send_task(name, {"n": sent}).wait(90)
            sent += 1
        return bool(seen[0]) and bool(seen[1])

    wait_until(both_have_worked)
    wait_until(lambda: set(seen[0]) | set(seen[1]) == set(range(sent)))
    wait_until(lambda: _committed(stack, first) == sent)
    for queue, thread in zip((first, second), threads, strict=True):
        queue.stop()
        thread.join(90)


def test_a_record_that_is_no_message_stops_nothing(
    stack: Stack, open_queue: Open, name: str
) -> None:
    queue = open_queue(name)
    producer = KafkaProducer(bootstrap_servers=stack.kafka)
    for value in (b"not JSON", b"[1]", b"\xff\xfe", b'{"message_id": null}'):
        producer.send(queue.topic, value=value).get(30)
    producer.close()
    sent = queue.send_task(name, {"n": 1})
    received = []
    # Their partitions may be read in any order: go on until all were.
    for delivery in chain(islice(queue.receive(90), 1), queue.receive(10)):
        with delivery.process():
            received.append(delivery.message.message_id)
    assert received == [sent.message.message_id]
    wait_until(lambda: _committed(stack, queue) == 5)
