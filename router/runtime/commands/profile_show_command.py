"""`sluice profile show`: the profiles of a Parquet file, with units, what is missing and why, what was assumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import msgspec
from rich.text import Text

from router.runtime.commands.terminal_tables import show_table, stdout_console
from router.runtime.console import errors_as_lines
from router.tca.profile.profile import SymbolProfile
from router.tca.tables import Table

_BARS = " ▁▂▃▄▅▆▇█"


@click.command("show", help=__doc__)
@click.argument("path", metavar="PROFILES", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--symbol", "symbols", multiple=True, help="Only this one; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def command(path: Path, symbols: tuple[str, ...], as_json: bool) -> None:
    """Read PROFILES and print it."""
    with errors_as_lines():
        from router.tca.profile.profile_file import ProfileFileError, read_profile, read_profiles  # noqa: PLC0415 - as measure's

        try:
            profiles = [read_profile(path, symbol) for symbol in symbols] or list(read_profiles(path).values())
        except ProfileFileError as error:
            raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(profiles)).decode())
    else:
        show(profiles)


def show(profiles: Iterable[SymbolProfile]) -> None:
    """A table a profile, on standard output."""
    console = stdout_console()
    for profile in profiles:
        title = f"{profile.symbol}, {profile.days} date{'' if profile.days == 1 else 's'} to {profile.as_of}"
        table = Table(title, ("figure", "value", "unit"), tuple(_rows(profile)))
        show_table(console, table, figures=(), boxed=False)
        for note in profile.notes:
            console.print(Text(f"  {note}", "dim"))
        console.print()


def _rows(profile: SymbolProfile) -> Iterator[tuple[str, str, str]]:
    money = profile.currency
    figures: Sequence[tuple[str, float | None, str, str]] = (
        ("price", profile.price, ",.4f", money),
        ("adv", profile.adv, ",.0f", "shares a day, mean"),
        ("adv_median", profile.adv_median, ",.0f", "shares a day, median"),
        ("sigma_daily", _times(profile.sigma_daily, 100), ".3f", "% a day, close to close"),
        ("sigma_intraday", _times(profile.sigma_intraday, 100), ".3f", "% a day, open to close"),
        ("spread", profile.spread, ".4f", money),
        ("open_auction", _times(profile.open_auction, 100), ".2f", "% of a day's volume"),
        ("close_auction", _times(profile.close_auction, 100), ".2f", "% of a day's volume"),
    )
    for name, value, form, unit in figures:
        yield _row(profile, name, "" if value is None else format(value, form), unit)
    yield _row(profile, "curve", _sparkline(profile.curve), f"volume, {len(profile.curve)} bins open to close")
    yield _row(profile, "volatility_curve", _sparkline(profile.volatility_curve), "variance, the same bins")
    yield _row(profile, "autocorrelation", " ".join(f"{each:+.3f}" for each in profile.autocorrelation),
               "of 5-minute returns, lags 1, 2, ...")  # fmt: skip


def _row(profile: SymbolProfile, name: str, value: str, unit: str) -> tuple[str, str, str]:
    return (name, value, unit) if value else (name, "-", profile.missing.get(name, "not known"))


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _sparkline(parts: Sequence[float]) -> str:
    top = max(parts, default=0.0)
    return "".join(_BARS[round(part / top * (len(_BARS) - 1))] for part in parts) if top else ""
