"""Samples as OTLP, and what becomes of them when the Collector is away."""

import pytest
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics

from query_service.errors import Unavailable
from query_service.observer.otlp_metrics import SERVICE, MetricsSender, metrics_data
from query_service.observer.samples import Metric, Series
from tests.ports import free_port

AT = 1_790_000_000_123_456_789


def test_each_sample_is_a_gauge_point_at_the_time_of_its_observation() -> None:
    samples = {
        Series(Metric.LAG, "agent-queue-writer", 2, "g"): 5,
        Series(Metric.MEMBERS, group="g"): 1,
    }
    [resource] = encode_metrics(metrics_data(samples, AT)).resource_metrics
    assert [(a.key, a.value.string_value) for a in resource.resource.attributes] == [
        ("service.name", SERVICE)
    ]
    lag, members = resource.scope_metrics[0].metrics
    [point] = lag.gauge.data_points
    assert (lag.name, point.as_int, point.time_unix_nano) == ("kafka.consumer_group.lag", 5, AT)
    assert {a.key: a.value.string_value or a.value.int_value for a in point.attributes} == {
        "group": "g",
        "topic": "agent-queue-writer",
        "partition": 2,
    }
    [point] = members.gauge.data_points
    assert [a.key for a in point.attributes] == ["group"]


def test_a_collector_that_is_away_is_named() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    sender = MetricsSender(endpoint)
    sender.close()
    with pytest.raises(Unavailable, match=endpoint):
        sender.send({Series(Metric.MEMBERS, group="g"): 1}, AT)
