"""What it costs to look: at Kafka's topics and groups, and at the pods of a cluster."""

import tempfile
from pathlib import Path

import click
from local_stack import programs
from local_stack.settings import Settings as LocalSettings
from local_stack.stack import Stack

from bench import observed_cluster, observed_kafka


@click.command("observer")
@click.option("--topics", default=500, show_default=True, help="Queues, each with a group.")
@click.option("--partitions", default=3, show_default=True)
@click.option("--rounds", default=10, show_default=True)
@click.option("--pods", default=1_000, show_default=True, help="Of Deployments of five; 0: none.")
@click.option("--seconds", default=130, show_default=True, help="So long pods are watched.")
def observer(topics: int, partitions: int, rounds: int, pods: int, seconds: int) -> None:
    """A round over many topics and groups; a cluster of many pods. On ports 1944x."""
    with tempfile.TemporaryDirectory() as home:
        local = LocalSettings(
            agent_telemetry_home=Path(home),
            kafka_port=19440, clickhouse_port=19442, otlp_grpc_port=19443,
            otlp_http_port=19444, query_port=19445, collector_health_port=19446,
            kafka_bootstrap_servers="", clickhouse_url="", clickhouse_reader_url="",
        )  # fmt: skip
        stack = Stack(local)
        stack.up(lambda settings: programs.stages(settings, ()))
        try:
            stack.supervisor.stop("observer")
            if pods:
                observed_cluster.measure(stack, Path(home) / "cluster", pods, seconds)
            if topics:
                observed_kafka.measure(stack, topics, partitions, rounds)
        finally:
            stack.down()
