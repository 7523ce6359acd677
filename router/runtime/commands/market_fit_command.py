"""`sluice market fit`: a synthetic market's parameters from a recorded day, as a section of market.toml."""

from __future__ import annotations

from pathlib import Path

import click

from router.runtime.commands.market_facts_command import bench_of
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from simulator.facts.fit import fit, to_toml
from simulator.facts.recording import record
from simulator.feeds import lobster
from simulator.feeds.text import FeedError
from simulator.market_spec import Consolidated, Lobster, SpecError, parse_spec


@click.command("fit")
@HOME_OPTION
@click.argument("day", metavar="FILE")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here, instead of to the terminal.")
def command(home: Path | None, day: str, out: Path | None) -> None:
    """A synthetic market's parameters from a recorded day, as a section of market.toml.

    FILE is a LOBSTER message file, its orderbook file beside it; or `consolidated:FOLDER:SYMBOL:DATE`.
    """
    with errors_as_lines():
        try:
            part, spec = _part(day)
            heard = bench_of(settings_of(home), None).hear(part, spec)
            recording = record(heard)
            estimates = fit(recording, orders=isinstance(part, Lobster))
            text = to_toml(recording.symbol, estimates, f"{recording.symbol} {heard.day.day}")
        except (SpecError, FeedError, ValueError) as error:
            raise click.ClickException(str(error)) from None
        if out is None:
            click.echo(text, nl=False)
        else:
            out.write_text(text, encoding="utf-8")
            click.echo(f"{out}: {recording.symbol}")


def _part(day: str) -> tuple[Lobster | Consolidated, str]:
    """The day, and its market specification."""
    if not day.startswith("consolidated:"):
        path = lobster.open_day(Path(day)).messages
        return Lobster(path), f"lobster:{path}"
    (part,) = parse_spec(day)
    assert isinstance(part, Consolidated), part
    return part, day
