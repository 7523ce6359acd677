"""`sluice curves`: volume curves from recorded bars, as a settings file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from router.runtime.console import errors_as_lines
from simulator.feeds.bars import VolumeBar, read_bars
from simulator.feeds.curves import CurveRules, build_curves, to_toml, too_short
from simulator.feeds.text import FeedError


@click.command("curves", help=__doc__)
@click.argument("bars", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here, instead of to the terminal.")
@click.option(
    "--bins", type=click.IntRange(1, 390), default=26, show_default=True, help="Equal bins from open to close."
)
def command(bars: tuple[Path, ...], out: Path | None, bins: int) -> None:
    """Median day of each symbol in BARS (minute or 15-minute, .csv or .csv.xz); see docs/configuration.md."""
    with errors_as_lines():
        try:
            curves = build_curves(_all(bars), CurveRules(bins=bins))
        except FeedError as error:
            raise click.ClickException(str(error)) from None
        if not curves:
            raise click.ClickException("no symbol has enough ordinary days for a median")
        for warning in too_short(curves):
            click.echo(f"warning: {warning}", err=True)
        text = to_toml(curves, ", ".join(path.name for path in bars))
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"{out}: {', '.join(sorted(curves))}")


def _all(paths: Sequence[Path]) -> Iterator[VolumeBar]:
    for path in paths:
        yield from read_bars(path)
