"""A group of commands, one file each, imported when they are called for, so that `--help` is quick."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click


class LazyGroup(click.Group):
    """`modules` is each command's module in `router.runtime`, by its name; the module's `command` is the command."""

    def __init__(self, *, modules: Mapping[str, str], name: str, about: str) -> None:
        super().__init__(name, help=about, context_settings={"help_option_names": ["-h", "--help"]})
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self._modules.get(cmd_name)
        if module is None:
            return None
        command = importlib.import_module(f"router.runtime.{module}").command
        assert isinstance(command, click.Command), cmd_name
        return command
