"""`sluice`: the command line. One file per command; each is imported when it is used, so that `--help` is quick."""

from __future__ import annotations

import importlib
from typing import Final

import click

COMMANDS: Final = {
    "check": "check_command",
    "curves": "curves_command",
    "demo": "demo_command",
    "init": "init_command",
    "market": "market_command",
    "replay": "replay_command",
    "report": "report_command",
    "run": "run_command",
    "send": "send_command",
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = importlib.import_module(f"router.runtime.{module}").command
        assert isinstance(command, click.Command), cmd_name
        return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sluice")
def main() -> None:
    """An open FIX smart order router and algo engine, with a venue simulator in the box."""
