"""What does not decode, or is odd, stops nothing and takes no neighbour with it."""

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint

from tests.otel_collector import otlp, records
from tests.otel_collector.parts import Collector, Kafka, OwnTopics, Store, admin, committed
from tests.waiting import wait_until

pytestmark = pytest.mark.stack


def test_an_undecodable_record_is_passed_and_its_neighbours_are_stored(
    collector: Collector, store: Store, kafka: Kafka, own_topics: OwnTopics
) -> None:
    override = own_topics()
    receiver = override["receivers"]["kafka_records/traces"]
    receiver["topics"] = ["^odd-traces$$"]
    with admin(kafka.bootstrap) as client:
        client.create_topics({"odd-traces": {"num_partitions": 1, "replication_factor": 1}})
    values = [otlp.spans(f"odd-{n}", 2).SerializeToString() for n in range(40)]
    values[10] = b"\xff" * 300
    values[11] = b""
    values[39] = values[0][:50]
    records.send(kafka.bootstrap, [("odd-traces", 0, value, []) for value in values])
    collector.start(("ingester",), override)
    group = str(receiver["group_id"])
    wait_until(lambda: committed(kafka.bootstrap, group).get(("odd-traces", 0)) == 40, 30)
    offsets = "SELECT DISTINCT ResourceAttributes['kafka.offset'] FROM landing_traces"
    assert {int(row[0]) for row in store.rows(offsets)} == set(range(40)) - {10, 11, 39}


def test_a_metric_without_points_and_times_out_of_range_stop_nothing(
    collector: Collector, store: Store, own_topics: OwnTopics
) -> None:
    collector.start(override=own_topics())
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    metrics.append(Metric(name="empty"))
    times = (0, 1, 7_258_118_400_000_000_000, 2**63, 2**64 - 1)
    points = [NumberDataPoint(time_unix_nano=at, as_int=n) for n, at in enumerate(times)]
    metrics.append(Metric(name="odd-times", gauge=Gauge(data_points=points)))
    body = request.SerializeToString()
    assert otlp.send_http(collector.http, body, "metrics").status_code == 200
    count = "SELECT uniqExact(Value) FROM landing_metrics_gauge WHERE MetricName = 'odd-times'"
    wait_until(lambda: store.number(count) == len(times), 30)
