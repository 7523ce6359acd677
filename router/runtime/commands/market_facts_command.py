"""`sluice market facts`: the stylised facts of markets side by side; with --out, as a page with pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, VenueProfile
from router.core.types import SECOND, Ns, VenueKind
from router.runtime.assembly import market_config
from router.runtime.commands.terminal_tables import show_table, stdout_console
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.settings import Settings
from router.tca.tables import Table
from simulator.facts.day import DayFacts, measure
from simulator.facts.impact import Impact, decay, exponent, impacts
from simulator.facts.recording import Heard, hear_market, record
from simulator.facts.table import Judged, Row, judge, judge_impact
from simulator.feeds.text import FeedError
from simulator.market_spec import Lobster, Part, SpecError, Synthetic, parse_spec
from simulator.synthetic_params import MarketConfig

MARKET: Final = "synthetic:1"
DAY: Final = "20240304"
"""A session of ordinary length for synthetic days; they know no date otherwise."""


class Bench(NamedTuple):
    """What markets are made of here."""

    venues: tuple[VenueProfile, ...]
    instruments: Mapping[str, Instrument]
    calendars: Mapping[str, tuple[CalendarDay, ...]]
    config: MarketConfig
    symbol: str
    """Of a synthetic market; a recorded one brings its own."""

    def hear(self, part: Part, spec: str) -> Heard:
        """A fresh market of one part, the only one of `spec`, in one symbol; a synthetic one of the part's own seed."""
        if isinstance(part, Synthetic):
            spec, symbol = f"synthetic:{part.seed}:{part.activity}", self.symbol
        elif isinstance(part, Lobster):
            symbol = part.path.name.partition("_")[0]
        else:
            symbol = part.symbol
        return hear_market(spec, symbol, self.venues, self.instruments, self.calendars, config=self.config)


@click.command("facts", help=__doc__)
@HOME_OPTION
@click.option("--market", "specs", metavar="SPEC", multiple=True,
              help=f"As for `sluice run`; repeat it to compare. The first is judged (default: {MARKET}).")  # fmt: skip
@click.option("--seeds", type=click.IntRange(1, 1_000), default=1, show_default=True,
              help="Days of each synthetic market: its seed and those after it.")  # fmt: skip
@click.option("--symbol", help="Of a synthetic market (default: the first instrument).")
@click.option("--minutes", type=click.IntRange(1), help="Only so much of each day, from its open.")
@click.option("--impact/--no-impact", default=True, show_default=True,
              help="Work meta-orders on the first market, when it is synthetic.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="Write facts.html, facts.md and the pictures into this directory.")  # fmt: skip
@click.option("--check", is_flag=True, help="Fail when the first market misses a fact on any day.")
def command(
    *,
    home: Path | None,
    specs: tuple[str, ...],
    seeds: int,
    symbol: str | None,
    minutes: int | None,
    impact: bool,
    out: Path | None,
    check: bool,
) -> None:
    """Measure, show, and judge by the table of `simulator.facts.table`."""
    with errors_as_lines():
        bench = bench_of(settings_of(home), symbol)
        try:
            days = {spec: _days(bench, spec, seeds, minutes) for spec in specs or (MARKET,)}
            tried = _impacts(bench, next(iter(days)), seeds) if impact else None
        except (SpecError, FeedError) as error:
            raise click.ClickException(str(error)) from None
    names = {spec: _name(spec, found) for spec, found in days.items()}
    judged: dict[str, list[Row]] = {names[spec]: judge(found) for spec, found in days.items()}
    first = next(iter(judged.values()))
    if tried:
        first += judge_impact(exponent(tried), decay(tried))
    _show(judged)
    if out is not None:
        with errors_as_lines():
            _write(out, judged, {names[spec]: found for spec, found in days.items()}, tried)
    if check and not all(row.is_met for row in first):
        raise SystemExit(1)


def bench_of(settings: Settings, symbol: str | None) -> Bench:
    """The settings' lit venues, instruments and synthetic markets; ClickException where `symbol` is none of them."""
    instruments = {instrument.symbol: instrument for instrument in settings.instruments(DAY)}
    if symbol is not None and symbol not in instruments:
        raise click.ClickException(f"--symbol {symbol}: not among the configured instruments")
    config, calendars = market_config(settings), settings.calendar_days(DAY, DAY)
    lit = tuple(venue for venue in settings.venues if venue.enabled and venue.kind is VenueKind.LIT)
    return Bench(lit, instruments, calendars, config, symbol or next(iter(instruments)))


def _days(bench: Bench, spec: str, seeds: int, minutes: int | None) -> list[DayFacts]:
    part = _only_part(spec)
    parts = _seeded(part, seeds) if isinstance(part, Synthetic) else [part]
    found = []
    for each in parts:
        heard = bench.hear(each, spec)
        until: Ns | None = None if minutes is None else heard.day.open + minutes * 60 * SECOND
        found.append(measure(record(heard, until)))
    return found


def _only_part(spec: str) -> Part:
    parts = parse_spec(spec)
    if len(parts) != 1:
        raise SpecError(f"market {spec!r}: one part is measured at a time; repeat --market")
    return parts[0]


def _seeded(part: Synthetic, seeds: int) -> list[Synthetic]:
    return [part._replace(seed=part.seed + further) for further in range(seeds)]


def _impacts(bench: Bench, spec: str, seeds: int) -> dict[float, list[Impact]] | None:
    part = _only_part(spec)
    if not isinstance(part, Synthetic):
        return None

    def make(seed: int) -> Heard:
        return bench.hear(part._replace(seed=seed), spec)

    return impacts(make, bench.venues, [each.seed for each in _seeded(part, seeds)])


def _name(spec: str, days: Sequence[DayFacts]) -> str:
    kind = spec.partition(":")[0]
    return f"{days[0].symbol}, {kind}, {len(days)} day{'s' if len(days) > 1 else ''}"


def _show(judged: Judged) -> None:
    from simulator.facts.page import cells, header, verdict  # noqa: PLC0415 - as in `_write`

    # Sources are long, and stand in the files.
    found = cells(judged)
    table = Table("", tuple(header(judged)[:-1]), tuple(tuple(row[:-1]) for row, _ in found))
    missed = {place: "red" for place, (_, is_missed) in enumerate(found) if is_missed}
    show_table(stdout_console(), table, figures=(), styles=missed, boxed=False)
    click.echo(verdict(next(iter(judged.values()))))


def _write(
    out: Path,
    judged: Judged,
    days: Mapping[str, Sequence[DayFacts]],
    tried: Mapping[float, Sequence[Impact]] | None,
) -> None:
    from simulator.facts.page import html, markdown  # noqa: PLC0415 - matplotlib takes a second to import
    from simulator.facts.pictures import pictures  # noqa: PLC0415 - as above

    drawn = pictures(days, tried)
    out.mkdir(parents=True, exist_ok=True)
    files = {"facts.html": html(judged, drawn), "facts.md": markdown(judged)}
    files |= {f"{name}.svg": svg for name, svg in drawn.items()}
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
    click.echo(f"{out}: {', '.join(files)}")
