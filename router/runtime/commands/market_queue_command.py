"""`sluice market queue`: where resting orders stand, truth against estimate, and whether they fill as predicted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console

from router.core.types import SECOND
from router.runtime.assembly import LEAD_NS, make_market
from router.runtime.commands.terminal_tables import show_table, stdout_console
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.passive_orders import Flow, record
from router.runtime.queue_probe import BEFORE
from router.runtime.settings import Settings
from router.runtime.toml_file import SettingsError
from router.tca.queues.places import Recording
from router.tca.tables import Table

if TYPE_CHECKING:
    from router.tca.queues.calibration import Calibration
    from router.tca.queues.calibration_page import Report

MARKETS = ("synthetic:1", "synthetic:2")


@click.command("queue", help=__doc__)
@HOME_OPTION
@click.option("--market", "specs", multiple=True, default=MARKETS, show_default=True, metavar="SPEC",
              help="A market to measure in (docs/market.md); may be repeated.")  # fmt: skip
@click.option("--day", metavar="YYYYMMDD", help="Date of a synthetic market (default: the last trading day).")
@click.option("--minutes", type=click.IntRange(1), help="Only so many minutes from the open (default: the day).")
@click.option("--symbol", "symbols", multiple=True, metavar="SYMBOL",
              help="Orders in this symbol only; may be repeated (default: all that trade).")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="When and where the orders go.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="Write queue.html, queue.md, queue.json and the pictures here.")  # fmt: skip
def command(  # noqa: D103 - the module's docstring is its help
    *,
    home: Path | None,
    specs: tuple[str, ...],
    day: str | None,
    minutes: int | None,
    symbols: tuple[str, ...],
    seed: int,
    out: Path | None,
) -> None:
    with errors_as_lines():
        settings = settings_of(home)
        flow = Flow(seed=seed)
        recordings = [measure(settings, spec, flow, day=day, minutes=minutes, symbols=symbols) for spec in specs]
        report = make_report(recordings)
        if out is not None:
            write(report, out)
    _show(report)
    if out is not None:
        click.echo(f"{out / 'queue.html'}")


def measure(
    settings: Settings,
    spec: str,
    flow: Flow,
    *,
    day: str | None = None,
    minutes: int | None = None,
    symbols: Sequence[str] = (),
) -> Recording:
    """Passive orders through one market. SettingsError names a market or a symbol that there is not."""
    market = make_market(settings, spec, day)
    if market.world is None:
        raise SettingsError(f"market {spec!r}: orders are measured in a simulated one")
    traded = market.world.symbols
    unknown = [symbol for symbol in symbols if symbol not in traded]
    if unknown:
        raise SettingsError(f"--symbol {unknown[0]}: market {spec!r} trades {', '.join(traded)}")
    sessions = [session for days in market.config.calendars.values() for session in days]
    until = (
        max(session.close for session in sessions)
        if minutes is None
        else market.start + LEAD_NS + minutes * 60 * SECOND
    )
    # Of a recorded part what it holds, not where its file lies.
    name = spec if spec.startswith("synthetic:") else f"{', '.join(traded)} {sessions[0].day}"
    return record(name, market.world, market.config, flow, symbols=symbols or traded, until=until)


def make_report(recordings: Sequence[Recording]) -> Report:
    """Figures and pictures of each market and of all together."""
    # numpy and matplotlib take a second to import, and only this needs them.
    from router.tca.queues.calibration import calibrate  # noqa: PLC0415 - as above
    from router.tca.queues.calibration_page import Report  # noqa: PLC0415 - as above

    try:
        markets = [calibrate(recording) for recording in recordings]
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    chosen = recordings[0].chosen
    return Report(markets, calibrate(*recordings), (BEFORE, chosen))


def write(report: Report, out: Path) -> None:
    """The page, its tables, its figures and its pictures, as files in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    figures = msgspec.json.format(msgspec.json.encode(report.all), indent=1)
    for name, text in (
        ("queue.html", report.html()),
        ("queue.md", report.markdown()),
        ("queue.json", figures.decode() + "\n"),
        ("queue-errors.svg", report.errors_svg),
        ("queue-fills.svg", report.fills_svg),
    ):
        (out / name).write_text(text, encoding="utf-8")


def _show(report: Report) -> None:
    console = stdout_console()
    for each in report.all:
        _show_one(console, each)
    console.print(
        f"Least mean absolute error as a part of the level, each market alike: {report.best}, {report.score:.2%}. "
        f"Set: {report.together.chosen}."
    )


def _show_one(console: Console, each: Calibration) -> None:
    from router.tca.queues.calibration_page import (  # noqa: PLC0415 - imports matplotlib, which takes a second
        ERROR_HEADS,
        FORECAST_HEADS,
        error_cells,
        forecast_cells,
    )

    title = f"{each.market}: {each.orders:,} orders, {each.samples:,} samples, {each.mean_ahead:,.0f} ahead on average"
    show_table(console, Table(title, ERROR_HEADS, tuple(map(error_cells, each.errors))))
    for horizon in each.horizons:
        title = f"filled within {horizon.seconds:g} s: {horizon.filled:.1%} of {horizon.bets - horizon.lost:,} bets"
        show_table(console, Table(title, FORECAST_HEADS, tuple(map(forecast_cells, horizon.forecasts))))
