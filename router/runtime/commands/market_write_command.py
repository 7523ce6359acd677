"""`sluice market write`: one venue's book of a simulated day, without us, as a LOBSTER pair."""

from __future__ import annotations

from pathlib import Path

import click

from router.runtime.assembly import open_simulated
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.toml_file import SettingsError
from simulator.feeds.lobster_writer import LEVELS_MAX, LobsterWriter
from simulator.feeds.text import FeedError, FormatError
from simulator.recording import record


@click.command("write", help=__doc__)
@HOME_OPTION
@click.option(
    "--market", default="synthetic:1", show_default=True, help="A simulated market, as `sluice run` takes it."
)
@click.option("--day", metavar="YYYYMMDD", help="Trading date of a synthetic market (default: the last one).")
@click.option("--symbol", required=True, help="Symbol(55) of the instrument.")
@click.option("--venue", help="MIC of the lit venue whose book is written (default: the first).")
@click.option("--levels", type=click.IntRange(1, LEVELS_MAX), default=10, show_default=True, help="Levels a side.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder to write to.")
def command(
    *, home: Path | None, market: str, day: str | None, symbol: str, venue: str | None, levels: int, out: Path
) -> None:
    """Play SYMBOL's day and write its message and orderbook file; `sluice market verify` reads them back."""
    with errors_as_lines():
        lit, opened = open_simulated(settings_of(home), market, day)
        mic = lit[0] if venue is None else venue
        if mic not in lit:
            raise SettingsError(f"venue {mic!r} is no lit venue: {', '.join(lit)}")
        if symbol not in opened.symbols:
            raise SettingsError(f"symbol {symbol!r} is not in the market {market!r}: {', '.join(opened.symbols)}")
        source = opened.sources[opened.symbols.index(symbol)]
        try:
            writer = LobsterWriter(symbol, opened.days[symbol], levels)
            out.mkdir(parents=True, exist_ok=True)
            paths = [out / name for name in writer.names]
            written = 0
            with paths[0].open("w", encoding="ascii") as messages, paths[1].open("w", encoding="ascii") as books:
                for message in record(source, lit, mic):
                    if (rows := writer.rows(message)) is not None:
                        messages.write(f"{rows[0]}\n")
                        books.write(f"{rows[1]}\n")
                        written += 1
        except (FormatError, FeedError) as error:
            raise SettingsError(str(error)) from None
    click.echo(f"{paths[0]}: {written:,} rows, and its book in {paths[1].name}")
