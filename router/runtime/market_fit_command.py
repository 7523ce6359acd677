"""`sluice market fit`: a synthetic market's parameters from a recorded day, as a section of market.toml."""

from __future__ import annotations

from pathlib import Path

import click

from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.market_facts_command import bench_of
from simulator.facts.fit import fit, to_toml
from simulator.facts.recording import record
from simulator.feeds import lobster
from simulator.feeds.text import FeedError
from simulator.market_spec import Lobster, SpecError


@click.command("fit", help=__doc__)
@HOME_OPTION
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here, instead of to the terminal.")
def command(home: Path | None, file: Path, out: Path | None) -> None:
    """FILE is a LOBSTER message file; its orderbook file lies beside it."""
    with errors_as_lines():
        try:
            day = lobster.open_day(file)
            recording = record(bench_of(settings_of(home), day.symbol).hear(Lobster(day.messages)))
            text = to_toml(day.symbol, fit(recording), f"{day.symbol} {day.day}")
        except (SpecError, FeedError, ValueError) as error:
            raise click.ClickException(str(error)) from None
        if out is None:
            click.echo(text, nl=False)
        else:
            out.write_text(text, encoding="utf-8")
            click.echo(f"{out}: {day.symbol}")
