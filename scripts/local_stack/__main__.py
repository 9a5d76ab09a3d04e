"""`python -m local_stack up|down|build`."""

import signal
import sys
import time
from types import FrameType

import click
from pydantic import ValidationError

from local_stack import build as builds
from local_stack import programs
from local_stack.errors import SetupError
from local_stack.settings import Settings
from local_stack.stack import Stack
from local_stack.welcome import welcome


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@click.group()
def main() -> None:
    """Everything on this machine; scripts/up.sh, down.sh and test.sh call it."""


@main.command()
@click.option("--detach", is_flag=True, help="Return when everything is ready.")
@click.option("--no-agents", is_flag=True, help="Without the sample agents.")
def up(detach: bool, no_agents: bool) -> None:
    """Start every part; Ctrl-C stops all of it in order."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    settings = Settings()
    stack = Stack(settings)
    agents = () if no_agents else programs.AGENTS
    began = time.monotonic()
    stack.up(lambda of: programs.stages(of, agents))
    try:
        seconds = time.monotonic() - began
        click.echo(welcome(settings, seconds, agents=bool(agents), detached=detach))
        if not detach:
            stack.watch()
            click.echo("stopped by scripts/down.sh, or supervisord ended")
    except BaseException:
        _stop(stack)
        raise
    if not detach:
        _stop(stack)


def _stop(stack: Stack) -> None:
    """Stop all of it, whatever else is pressed meanwhile."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    click.echo("stopping ...", err=True)
    stack.down()
    click.echo("stopped", err=True)


@main.command()
def down() -> None:
    """Stop what `up` started."""
    settings = Settings()
    stopped = Stack(settings).down()
    click.echo("stopped" if stopped else f"nothing of {settings.home} is running")


@main.command()
def build() -> None:
    """Build the Collector and fetch Kafka."""
    builds.everything()


def run() -> None:
    """Errors for the user become one message and exit status 1; Ctrl-C is 130."""
    try:
        main.main(standalone_mode=False)
    except (SetupError, click.ClickException) as error:
        sys.exit(f"error: {error}")
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]).upper()
            print(f"error: {name}={problem['input']}: {problem['msg']}", file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


if __name__ == "__main__":
    run()
