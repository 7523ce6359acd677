"""`sluice profile measure`: symbol profiles from bars, ticks, quotes, LOBSTER days and journals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from router.runtime.analysis.profile_files import Evidence, Gatherer, Window
from router.runtime.commands.profile_show_command import show
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.settings import Settings
from router.tca.profile.measure import MeasureRules, Origin, disagreement, finest, measure, pooled_of
from router.tca.profile.profile import SymbolProfile
from router.tca.profile.splits import Factor
from simulator.feeds.factors import read_factors
from simulator.feeds.text import FeedError


@click.command("measure")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@HOME_OPTION
@click.option("--symbol", "symbols", multiple=True, help="Only this one; may be repeated (default: all in the files).")
@click.option("--from", "first", default="00000000", metavar="YYYYMMDD", help="First trading date (default: all).")
@click.option("--to", "last", default="99999999", metavar="YYYYMMDD", help="Last trading date (default: all).")
@click.option("--calendar", default="XNYS", show_default=True, help="Calendar of the sessions, from calendars.toml.")
@click.option("--currency", help="Of the prices (default: the journal's instrument's, else USD).")
@click.option("--factors", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="LEAN factor file: splits and dividends (default: a rule over jumps).")  # fmt: skip
@click.option("--bins", type=click.IntRange(1, 390), default=26, show_default=True, help="Equal bins of the curves.")
@click.option("--curve-days", type=click.IntRange(1), default=20, show_default=True,
              help="Ordinary dates that a curve of the symbol's own needs; below: the pooled one.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path),
              help="Parquet file to put the profiles into; other symbols in it are kept.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the profiles as JSON.")
def command(
    *,
    files: tuple[Path, ...],
    home: Path | None,
    symbols: tuple[str, ...],
    first: str,
    last: str,
    calendar: str,
    currency: str | None,
    factors: Path | None,
    bins: int,
    curve_days: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Symbol profiles from bars, ticks, quotes, LOBSTER days and journals; see docs/profile.md.

    FILE is a bar file (LEAN's of trades or of quotes, or timestamp,open,high,low,close,volume), a LEAN tick file,
    either file of a LOBSTER day, or a journal (or its state directory); .csv or .csv.xz. What two files say of one date
    is taken from the finer.
    """
    with errors_as_lines():
        settings = settings_of(home)
        if calendar not in settings.calendars:
            raise click.ClickException(f"--calendar {calendar}: calendars.toml has {', '.join(settings.calendars)}")
        window = Window(settings.calendars[calendar], bins, symbols, first, last)
        rules = MeasureRules(bins=bins, curve_days_min=curve_days)
        try:
            found = _gather(window, files)
            profiles = [
                _profile(symbol, each, settings=settings, rules=rules, factors=factors, currency=currency)
                for symbol, each in found.items()
            ]
        except (FeedError, ValueError) as error:
            raise click.ClickException(str(error)) from None
        if out is not None:
            from router.tca.profile.profile_file import ProfileFileError, merge_profiles  # noqa: PLC0415 - the extra `analysis`

            try:
                held = merge_profiles(out, profiles)
            except ProfileFileError as error:
                raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(profiles)).decode())
    else:
        show(profiles)
    if out is not None:
        click.echo(f"{out}: {', '.join(held)}", err=as_json)


def _gather(window: Window, files: Sequence[Path]) -> dict[str, Evidence]:
    gatherer = Gatherer(window)
    for path in files:
        gatherer.take(path)
    if lacking := [symbol for symbol in window.symbols if symbol not in gatherer.found]:
        raise ValueError(f"{', '.join(lacking)}: not in the files between {window.first} and {window.last}")
    if not gatherer.found:
        raise ValueError(f"nothing in the files between {window.first} and {window.last}")
    return gatherer.found


def _profile(
    symbol: str,
    evidence: Evidence,
    *,
    settings: Settings,
    rules: MeasureRules,
    factors: Path | None,
    currency: str | None,
) -> SymbolProfile:
    sources = tuple(evidence.sources.items())
    notes = (*dict.fromkeys(evidence.notes), *disagreement(evidence.days))
    try:
        days = finest(evidence.days)
    except ValueError as error:
        raise ValueError(f"{symbol}: {error}") from None
    return measure(
        symbol,
        days,
        evidence.spreads,
        rules=rules,
        pooled=pooled_of(settings.curves, symbol, "curves.toml"),
        factors=[Factor(*row) for row in read_factors(factors, symbol)] if factors else (),
        origin=Origin(currency or evidence.currency, sources, notes),
    )
