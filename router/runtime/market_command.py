"""`sluice market`: what the simulated market is like, measured. One file per subcommand."""

from __future__ import annotations

import click

from router.runtime import market_queue


@click.group("market", help=__doc__)
def command() -> None:
    """Nothing of its own."""


command.add_command(market_queue.command)
