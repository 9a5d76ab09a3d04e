"""The command line `agent-telemetry`: one file here is one command.

The file `some_name.py` holds the click command `some_name`, called as `some-name`; it is imported
only when it is used.
"""

import importlib
import pkgutil

import click


class _Files(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"{__name__}.{name}"), name)
        return command


main = _Files("agent-telemetry", help="Agent Telemetry: set up, ask and look after the pipeline.")
