"""What the gateway takes reaches its table whole; what it does not take, the sender learns."""

import grpc
import pytest

from tests.otel_collector import otlp
from tests.otel_collector.parts import Collector, Kafka, OwnTopics, Store
from tests.waiting import wait_until

pytestmark = pytest.mark.stack
RETRYABLE = {429, 502, 503, 504}  # by the OTLP specification


def test_large_requests_reach_the_table(
    collector: Collector, store: Store, own_topics: OwnTopics
) -> None:
    collector.start(override=own_topics())
    batch = otlp.spans("batch", 5000, 2000)
    single = otlp.spans("single", 1, 5_000_000)
    assert batch.ByteSize() > 10_000_000
    otlp.send_grpc(collector.grpc, batch)
    otlp.send_grpc(collector.grpc, single)
    for request in (batch, single):
        assert otlp.send_http(collector.http, request.SerializeToString()).status_code == 200

    def arrived() -> dict[str, tuple[str, str]]:
        rows = store.rows(
            "SELECT SpanName, count(), max(length(SpanAttributes['text']))"
            " FROM landing_traces WHERE SpanName IN ('batch', 'single') GROUP BY SpanName"
        )
        return {name: (count, length) for name, count, length in rows}

    want = {"batch": ("10000", "2000"), "single": ("2", "5000000")}
    wait_until(lambda: arrived() == want, 60)


def test_a_request_over_16_mib_is_refused_for_good(collector: Collector, kafka: Kafka) -> None:
    collector.start(("gateway",))
    body = otlp.spans("big", 1, 17_000_000)
    assert otlp.send_http(collector.http, body.SerializeToString()).status_code == 400
    with pytest.raises(grpc.RpcError) as refused:
        otlp.send_grpc(collector.grpc, body)
    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_what_fits_the_door_but_no_record_is_refused_for_good(
    collector: Collector, kafka: Kafka
) -> None:
    collector.start(("gateway",))
    body = otlp.spans("big", 1, 2**24 - 120)
    assert 2**24 - 100 < body.ByteSize() <= 2**24
    status = otlp.send_http(collector.http, body.SerializeToString()).status_code
    assert status >= 400 and status not in RETRYABLE
    with pytest.raises(grpc.RpcError) as refused:
        otlp.send_grpc(collector.grpc, body)
    assert refused.value.code() == grpc.StatusCode.INTERNAL


def test_without_kafka_the_sender_is_told_to_try_again(
    collector: Collector, unused_port: int
) -> None:
    collector.environment["KAFKA_BOOTSTRAP_SERVERS"] = f"127.0.0.1:{unused_port}"
    collector.start(("gateway",), {"exporters": {"kafka": {"timeout": "2s"}}})
    request = otlp.spans("nowhere", 1)
    assert otlp.send_http(collector.http, request.SerializeToString()).status_code == 503
    with pytest.raises(grpc.RpcError) as refused:
        otlp.send_grpc(collector.grpc, request)
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_while_kafka_hangs_the_sender_is_told_to_try_again(
    collector: Collector, kafka: Kafka, store: Store, own_topics: OwnTopics
) -> None:
    limit: dict[str, dict[str, object]] = {"answer_limit": {"timeout": "2s"}}
    collector.start(override={**own_topics(), "processors": limit})
    before, during = otlp.spans("before", 1), otlp.spans("during", 1)
    assert otlp.send_http(collector.http, before.SerializeToString()).status_code == 200
    with kafka.hanging():
        # The first is on its way to Kafka, the second waits behind it.
        for _ in range(2):
            answer = otlp.send_http(collector.http, during.SerializeToString())
            assert answer.status_code == 503
        with pytest.raises(grpc.RpcError) as refused:
            otlp.send_grpc(collector.grpc, during)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE

    def taken() -> bool:
        answer = otlp.send_http(collector.http, during.SerializeToString())
        return answer.status_code == 200

    wait_until(taken, 60)

    def arrived() -> list[list[str]]:
        return store.rows("SELECT DISTINCT SpanName, SpanId FROM landing_traces ORDER BY 1")

    spans = [request.resource_spans[0].scope_spans[0].spans[0] for request in (before, during)]
    want = [[span.name, span.span_id.hex()] for span in spans]
    wait_until(lambda: arrived() == want, 60)
