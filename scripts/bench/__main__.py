"""`python -m bench`: see scripts/bench.sh."""

import tempfile
from pathlib import Path

import click
from local_stack import programs
from local_stack.settings import Settings as LocalSettings
from local_stack.stack import Stack

from bench import ingest, latency
from bench.faults.command import faults
from bench.live import live
from bench.load.command import load
from bench.observer import observer
from bench.oracle.command import oracle
from bench.processes import Watch
from bench.queries.command import queries
from bench.start import start
from query_service.db import connect
from query_service.settings import Settings

PARTS = ("kafka", "collector", "clickhouse", "query", "observer")


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Measure this machine's stack; each run starts one of its own.

    Without a command: ingest.
    """
    if context.invoked_subcommand is None:
        context.invoke(ingest_command)


main.add_command(faults)
main.add_command(live)
main.add_command(load)
main.add_command(observer)
main.add_command(start)
main.add_command(queries)
main.add_command(oracle)


@main.command("ingest")
@click.option("--messages", default=300_000, show_default=True)
@click.option("--size", default=700, show_default=True, help="Bytes of a message.")
@click.option("--rate", default=1_000, show_default=True, help="Messages/s of the latency part.")
@click.option("--seconds", default=30, show_default=True, help="Length of the latency part.")
def ingest_command(messages: int, size: int, rate: int, seconds: int) -> None:
    """Kafka to queryable tables, beside a direct insert; then produce to visible.

    On ports 194xx.
    """
    with tempfile.TemporaryDirectory() as home:
        local = LocalSettings(
            agent_telemetry_home=Path(home),
            kafka_port=19400, clickhouse_port=19402, otlp_grpc_port=19403,
            otlp_http_port=19404, query_port=19405, collector_health_port=19406,
            kafka_bootstrap_servers="", clickhouse_url="", clickhouse_reader_url="",
        )  # fmt: skip
        stack = Stack(local)
        stack.up(lambda settings: programs.stages(settings, ()))
        try:
            _ingest(stack, messages, size, rate, seconds)
        finally:
            stack.down()


def _ingest(stack: Stack, messages: int, size: int, rate: int, seconds: int) -> None:
    client = connect(Settings(clickhouse_url=stack.settings.clickhouse))
    made = ingest.records(messages, size)
    stack.supervisor.stop("collector")
    took = ingest.produce(stack.settings.kafka, made)
    click.echo(f"{messages} messages of {size} bytes, produced at {messages / took:,.0f}/s")

    pids = {name: info["pid"] for name, info in stack.supervisor.processes().items()}
    with Watch({name: pids[name] for name in PARTS if pids[name]}) as idle_collector:
        direct = ingest.insert_directly(client, made)
    ingest.empty(client)

    stack.supervisor.start("collector")
    pids = {name: info["pid"] for name, info in stack.supervisor.processes().items()}
    with Watch({name: pids[name] for name in PARTS}) as whole:
        path = ingest.wait_stored(client, messages)

    click.echo("\n| | messages/s | seconds |\n|---|---|---|")
    click.echo(f"| direct insert, one thread | {messages / direct:,.0f} | {direct:.1f} |")
    click.echo(
        f"| Kafka to tables, from the Collector's start | {messages / path:,.0f} | {path:.1f} |"
    )
    click.echo(
        "\n| process | CPU s | peak RSS MB | CPU s of the direct insert |\n|---|---|---|---|"
    )
    for name, use in whole.uses.items():
        before = idle_collector.uses.get(name)
        direct_cpu = f"{before.cpu_seconds:.1f}" if before else ""
        click.echo(f"| {name} | {use.cpu_seconds:.1f} | {use.peak_rss_mb:.0f} | {direct_cpu} |")

    waits = latency.visible_after(client, stack.settings.kafka, rate, seconds)
    click.echo(f"\nproduce to visible at {rate}/s for {seconds} s: ", nl=False)
    click.echo(
        ", ".join(f"p{p} {waits[len(waits) * p // 100] * 1000:.0f} ms" for p in (50, 95, 99))
        + f", max {waits[-1] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
