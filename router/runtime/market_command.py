"""`sluice market`: what concerns a market and no router. One file per command, as in `router.runtime.cli`."""

from __future__ import annotations

from typing import Final

import click

from router.runtime.lazy_group import LazyGroup

COMMANDS: Final = {"facts": "market_facts_command", "fit": "market_fit_command"}


class _Commands(LazyGroup):
    modules = COMMANDS


@click.command("market", cls=_Commands)
def command() -> None:
    """Markets without a router: measured, fitted."""
