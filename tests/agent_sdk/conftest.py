"""What the tests of the SDK share: telemetry kept in memory, and a Kafka made of lists."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import agent_sdk
from agent_sdk import _queue
from agent_sdk._context import Ack
from agent_sdk._telemetry import telemetry

_new_log_exporter: Callable[[], Any] = InMemoryLogRecordExporter


@dataclass
class Recorded:
    """What went to the exporters."""

    _spans: InMemorySpanExporter
    _logs: Any

    def spans(self) -> list[ReadableSpan]:
        """Ended spans, in the order of their ends."""
        provider = telemetry().tracer_provider
        assert provider is not None
        provider.force_flush()
        return list(self._spans.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        """The only span of that name."""
        (found,) = [span for span in self.spans() if span.name == name]
        return found

    def events(self, name: str | None = None) -> list[Any]:
        """Log records, of one event name or all."""
        provider = telemetry().logger_provider
        assert provider is not None
        provider.force_flush()
        records: list[ReadableLogRecord] = list(self._logs.get_finished_logs())
        found: list[Any] = [record.log_record for record in records]
        return [each for each in found if name is None or each.event_name == name]


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    """The SDK configured as the agent `Tester`."""
    kept = Recorded(InMemorySpanExporter(), _new_log_exporter())
    agent_sdk.configure("Tester", span_exporter=kept._spans, log_exporter=kept._logs)
    yield kept
    agent_sdk.shutdown()


@dataclass
class FakeKafka:
    """Takes the place of outbox and receiver: what is put into a topic can be received."""

    put_records: list[Any] = field(default_factory=list)
    acked: list[tuple[int, int]] = field(default_factory=list)
    on_put: Callable[[Callable[[Ack | None, Exception | None], None]], None] | None = None
    """Decides what becomes of a record; by default Kafka takes it at once."""

    def record(
        self, topic: str, value: bytes, headers: list[tuple[str, bytes]], key: bytes = b""
    ) -> None:
        """Append a record, as some other sender would."""
        offset = sum(each.topic == topic for each in self.put_records)
        self.put_records.append(
            SimpleNamespace(
                topic=topic, partition=0, offset=offset, key=key, value=value, headers=headers
            )
        )

    def make_outbox(self, *_: Any, **__: Any) -> "FakeOutbox":
        return FakeOutbox(self)

    def make_receiver(self, topic: str, *_: Any) -> "FakeReceiver":
        return FakeReceiver(self, topic)


@dataclass
class FakeOutbox:
    kafka: FakeKafka

    def put(self, topic: str, key: bytes, value: bytes, headers: Any, done: Any) -> None:
        self.kafka.record(topic, value, headers, key)
        if self.kafka.on_put is not None:
            self.kafka.on_put(done)
        else:
            done(Ack(0, self.kafka.put_records[-1].offset), None)

    def close(self, timeout: float) -> int:
        return 0


@dataclass
class FakeReceiver:
    kafka: FakeKafka
    topic: str
    taken: int = 0

    def get(self, timeout: float | None) -> Any:
        mine = [each for each in self.kafka.put_records if each.topic == self.topic]
        self.taken += 1
        return mine[self.taken - 1] if self.taken <= len(mine) else None

    def ack(self, partition: int, offset: int) -> None:
        self.kafka.acked.append((partition, offset))

    def stop(self) -> None:
        self.taken = len(self.kafka.put_records)

    def close(self, timeout: float) -> None:
        self.stop()


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> FakeKafka:
    """Queues made while this is in use send to and receive from lists."""
    fake = FakeKafka()
    monkeypatch.setattr(_queue, "Outbox", fake.make_outbox)
    monkeypatch.setattr(_queue, "Receiver", fake.make_receiver)
    return fake
