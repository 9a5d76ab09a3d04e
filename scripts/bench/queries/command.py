"""`scripts/bench.sh queries`: see its --help."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from bench.load import TooFewMessages
from bench.load.command import offsets_option, open_tasks_option
from bench.queries import report
from bench.queries.endpoints import Endpoint
from bench.queries.run import Wanted, measure_size


def _sizes(_context: click.Context, _option: click.Parameter, given: str) -> list[int]:
    try:
        return [int(size) for size in given.split(",")]
    except ValueError:
        raise click.BadParameter("numbers with commas between them") from None


@click.command()
@click.option(
    "--messages", "--sizes", "sizes", default="1000000", show_default=True, callback=_sizes,
    help="And as many spans; several with commas are compared.",
)  # fmt: skip
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="Keeps the data.")
@click.option("--seed", default=1, show_default=True)
@open_tasks_option
@offsets_option
@click.option("--requests", default=30, show_default=True, help="To each endpoint.")
@click.option("--arrivals", default=0, help="Ask again while so many messages/s arrive.")
@click.option("--ramp", default=20, show_default=True, help="Seconds of them before that.")
@click.option("--clients", default=0, help="Ask with so many clients in parallel, too.")
@click.option("--seconds", default=10, show_default=True, help="Length of the parallel part.")
@click.option("--report", "directory", type=click.Path(file_okay=False, path_type=Path),
              help="Where queries.md and queries.json are written.  [default: --home]")  # fmt: skip
def queries(
    sizes: list[int],
    home: Path | None,
    seed: int,
    open_tasks: int,
    offsets_every: int,
    requests: int,
    arrivals: int,
    ramp: int,
    clients: int,
    seconds: int,
    directory: Path | None,
) -> None:
    """How long each documented GET takes over made-up traffic of the last 7 days.

    Starts an embedded ClickHouse, the observer's jobs on tables and the query service, all its own.
    """
    wanted = Wanted(seed, open_tasks, offsets_every, requests, arrivals, clients, seconds, ramp)
    endpoints: list[Endpoint] = []
    measured = []
    with ExitStack() as kept:
        root = home or Path(kept.enter_context(tempfile.TemporaryDirectory()))
        for size in sorted(sizes):
            try:
                endpoints, figures = measure_size(root / str(size), size, wanted)
            except TooFewMessages as error:
                raise click.UsageError(str(error)) from error
            measured.append(figures)
    click.echo(report.markdown(endpoints, measured))
    if directory or home:
        report.write(directory or home or Path(), endpoints, measured)
