"""The options by which commands name an order's strategy parameters. Knows no order."""

from __future__ import annotations

from typing import Final

import click


def read_params(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """NAME=VALUE pairs, as given."""
    pairs = []
    for value in values:
        name, equals, text = value.partition("=")
        if not (name and equals and text):
            raise click.BadParameter(f"{value!r} is not NAME=VALUE")
        pairs.append((name, text))
    return tuple(pairs)


PARAM_OPTION: Final = click.option(
    "--param",
    "params",
    multiple=True,
    callback=read_params,
    metavar="NAME=VALUE",
    help="A strategy parameter, as EndTime=20120621-15:00:00; may be repeated.",
)
