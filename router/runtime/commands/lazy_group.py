"""A group of commands, one file each, imported when they are called for, so that `--help` is quick."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click


class LazyGroup(click.Group):
    """`modules` is each command's module of this folder, by its name; the module's `command` is the command."""

    def __init__(self, *, modules: Mapping[str, str], name: str, about: str) -> None:
        super().__init__(name, help=about, context_settings={"help_option_names": ["-h", "--help"]})
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self._modules.get(cmd_name)
        if module is None:
            return None
        try:
            command = importlib.import_module(f"router.runtime.commands.{module}").command
        except ModuleNotFoundError as error:
            return _refusing(cmd_name, error)
        assert isinstance(command, click.Command), cmd_name
        return command


def _refusing(name: str, error: ModuleNotFoundError) -> click.Command:
    """A command whose extra is not installed: it stands in the list, and when called says what to install."""
    from router.runtime.console import errors_as_lines  # noqa: PLC0415 - console takes time, and few need this

    try:
        with errors_as_lines():
            raise error
    except click.ClickException as refusal:
        said = refusal

    def refuse(**_: object) -> None:
        raise said

    anything = click.Argument(["args"], nargs=-1, type=click.UNPROCESSED)
    settings = {"ignore_unknown_options": True}
    return click.Command(name, callback=refuse, params=[anything], help=said.message, context_settings=settings)
