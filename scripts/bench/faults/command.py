"""`scripts/bench.sh faults`: see its --help."""

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
from local_stack.settings import Settings as LocalSettings
from local_stack.stack import Stack

from bench.faults import kept, report
from bench.faults.ask import ask_all
from bench.faults.parts import asking, everything
from bench.faults.stored import wait_stored, wait_worked_out
from tests.faults.plan import HEALTHY, KINDS, PAIRS, specs
from tests.faults.send import Sent, Where, send_all

GROUPS = (*KINDS, HEALTHY, PAIRS)


def _groups(_context: click.Context, _option: click.Parameter, given: str) -> list[str]:
    chosen = list(GROUPS) if given == "all" else given.split(",")
    if unknown := [group for group in chosen if group not in GROUPS]:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(GROUPS)}")
    return chosen


@click.command("faults")
@click.option("--seeds", default=20, show_default=True, help="Worlds of each group.")
@click.option("--first-seed", default=1, show_default=True,
              help="Tune on those from 1 on, report on those from 1000 on.")  # fmt: skip
@click.option("--kinds", "groups", default="all", show_default=True, callback=_groups,
              help="Kinds of findings with commas between them; healthy, pairs.")  # fmt: skip
@click.option("--home", type=click.Path(file_okay=False, path_type=Path),
              help="Keeps the data, to ask again with --keep.")  # fmt: skip
@click.option("--keep", is_flag=True,
              help="Send nothing: ask again about what --home has of these.")  # fmt: skip
@click.option("--json", "written", type=click.Path(dir_okay=False, path_type=Path),
              help="Where everything is written: each finding, and how it was judged.")  # fmt: skip
@click.option("--port", default=19460, show_default=True, help="The first of seven ports.")
@click.option("--details", is_flag=True, help="Tell each fault missed and each false finding.")
def faults(
    seeds: int,
    first_seed: int,
    groups: list[str],
    home: Path | None,
    keep: bool,
    written: Path | None,
    port: int,
    details: bool,
) -> None:
    """Plants faults in worlds of made-up agents, and judges what diagnose says of each.

    A world is an hour of traffic, and some quiet hours before, sent through Kafka and the
    Collector with times in the past; nothing or a fault of one kind is planted, or two. The same
    seed makes the same world.
    """
    if keep and home is None:
        raise click.UsageError("--keep needs the --home of an earlier run")
    with ExitStack() as last:
        root = home or Path(last.enter_context(tempfile.TemporaryDirectory()))
        local = LocalSettings(
            agent_telemetry_home=root.absolute(),
            kafka_port=port, clickhouse_port=port + 2, otlp_grpc_port=port + 3,
            otlp_http_port=port + 4, query_port=port + 5, collector_health_port=port + 6,
            kafka_bootstrap_servers="", clickhouse_url="", clickhouse_reader_url="",
        )  # fmt: skip
        # Nobody but the lab looks at queues, and nothing rests: what was sent is to be worked out.
        os.environ |= {
            "OBSERVER_KAFKA_INTERVAL": "600",
            "OBSERVER_TABLES_SHARE": "1",
            "OBSERVER_TABLES_PATIENCE": "5",
            "ALERTS_INTERVAL": "0",
        }
        stack = Stack(local)
        last.callback(stack.down)
        stack.up(asking if keep else everything)
        if not keep:
            _send(stack, root, groups, seeds, first_seed)
        chosen = range(first_seed, first_seed + seeds)
        known = [world for world in kept.read(root) if world.spec.group in groups]
        sent = [world for world in known if world.spec.seed in chosen]
        if not sent:
            raise click.UsageError(f"{root} has no worlds of these kinds and seeds")
        results = ask_all(f"http://127.0.0.1:{local.query_port}", sent, _say)
    click.echo(report.markdown(results))
    if details:
        click.echo(report.details(results))
    if written:
        written.write_text(json.dumps(report.document(results), indent=1))


def _send(stack: Stack, root: Path, groups: list[str], seeds: int, first: int) -> None:
    local = stack.settings
    planned = specs(groups, seeds, first, kept.last_end())
    # It would work out again and again what is still to come.
    stack.supervisor.stop("observer")
    where = Where(local.kafka, f"http://127.0.0.1:{local.otlp_http_port}")
    done: list[Sent] = []
    for world in send_all(planned, where):
        done.append(world)
        if len(done) % 20 == 0 or len(done) == len(planned):
            _say(f"{len(done)} of {len(planned)} worlds sent")
    wait_stored(local.clickhouse, done, _say)
    stack.supervisor.start("observer")
    wait_worked_out(local.clickhouse, _say)
    kept.write(root, done)
    for name in ("observer", "collector", "kafka"):
        stack.supervisor.stop(name)


def _say(line: str) -> None:
    click.echo(line, err=True)
