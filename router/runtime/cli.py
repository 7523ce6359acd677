"""`sluice`: the command line. One file per command; each is imported when it is used, so that `--help` is quick."""

from __future__ import annotations

from typing import Final

import click

from router.runtime.lazy_group import LazyGroup

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


class _Commands(LazyGroup):
    modules = COMMANDS


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sluice")
def main() -> None:
    """An open FIX smart order router and algo engine, with a venue simulator in the box."""
