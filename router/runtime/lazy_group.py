"""A group of commands that are imported when they are called for, so that `--help` is quick. Knows none of them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """Derive, and say where each command is."""

    modules: ClassVar[Mapping[str, str]] = {}
    """Command name -> module of `router.runtime` whose `command` it is."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self.modules.get(cmd_name)
        if module is None:
            return None
        command = importlib.import_module(f"router.runtime.{module}").command
        assert isinstance(command, click.Command), cmd_name
        return command
