"""`sluice profile`: what is known of an instrument before trading it, measured from files, into Parquet."""

from __future__ import annotations

from typing import Final

import click

from router.runtime.commands.lazy_group import LazyGroup

COMMANDS: Final = {"measure": "profile_measure_command", "show": "profile_show_command"}
HELP: Final = """Price, volume, volatility, spread and curves of instruments, measured from files, kept in Parquet.

`sluice profile FILE...` is `sluice profile measure FILE...`.
"""


class _MeasureByDefault(LazyGroup):
    """What is no command of the group is a file to be measured."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*COMMANDS, "-h", "--help"}:
            args = ["measure", *args]
        return super().parse_args(ctx, args)


command = _MeasureByDefault(name="profile", about=HELP, modules=COMMANDS)
