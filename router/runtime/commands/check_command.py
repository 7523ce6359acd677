"""`sluice check`: settings and journals, without opening a port or writing a byte."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec

from router.core.profiles import EngineConfig
from router.journal import Heads, JournalBrokenError, verify
from router.runtime.analysis.analysis_files import IMPACT_NAME, read_events, read_impact
from router.runtime.assembly import (
    LIVE_DAYS,
    make_gateway,
    market_config,
    refuse_unknown_strategies,
    refuse_venue_settings,
    simulated_venues,
)
from router.runtime.console import HOME_OPTION, errors_as_lines, settings_of
from router.runtime.fix.venue_sessions import read_venue_sessions
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.plugins import load_algos, load_venues
from router.runtime.scenario_files import check_scenarios
from router.runtime.settings import VENUE_SESSIONS_NAME, Settings, strange_symbols
from router.runtime.toml_file import SettingsError


@click.command("check", help=__doc__)
@HOME_OPTION
@click.option("--state", type=click.Path(exists=True, path_type=Path),
              help="A state directory, or a journal: verify its hash chains.")  # fmt: skip
def command(home: Path | None, state: Path | None) -> None:
    """Read every setting, load every plug-in; with --state verify a journal and print the heads of its chains."""
    with errors_as_lines():
        _check_settings(home)
        if state is not None:
            _check_journal(state / FILE_NAME if state.is_dir() else state)


def _check_settings(home: Path | None) -> None:
    settings = settings_of(home)
    today = datetime.now(UTC)
    # A week ahead: on a day without trading a calendar's hours would not be looked at.
    config = settings.engine_config(f"{today:%Y%m%d}", f"{today + timedelta(days=LIVE_DAYS):%Y%m%d}")
    make_gateway(settings, config)
    market = market_config(settings)
    algos, venues = load_algos(), load_venues()
    refuse_unknown_strategies(settings, algos)
    unknown = [venue for venue in config.venues if venue.plugin not in {*venues, "fix"}]
    if unknown:
        path = settings.config / "venues.toml"
        raise SettingsError(
            f"{path}: {unknown[0].mic}: no plug-in {unknown[0].plugin!r}; there are {', '.join(venues)}"
        )
    refuse_venue_settings(settings, config, venues)
    venue_sessions = settings.home / VENUE_SESSIONS_NAME
    if venue_sessions.is_file():
        read_venue_sessions(venue_sessions, [venue.mic for venue in config.venues])
    strange = check_scenarios(settings, config, simulated_venues(config), market, venues)
    events = read_events(settings.config)
    if (settings.config / IMPACT_NAME).is_file():
        read_impact(settings.config)
    for text in (*strange_symbols(settings), *strange):
        click.echo(f"warning: {text}", err=True)
    click.echo(f"settings = {settings.home}")
    click.echo(f"strategies = {', '.join(algos)}")
    for name, value in _effective(settings, config):
        click.echo(f"{name} = {value}")
    click.echo(f"events = {len(events)}")


def _effective(settings: Settings, config: EngineConfig) -> Iterator[tuple[str, object]]:
    """Every setting in force, defaults included, as (path, value) lines; calendars and curves by their size."""
    for session in settings.sessions:
        yield from _lines(f"session.{session.theirs}", msgspec.to_builtins(session))
    yield from _lines("engine", msgspec.to_builtins(settings.engine))
    for client in config.clients:
        yield from _lines(f"client.{client.comp_id}", msgspec.to_builtins(client))
        yield f"client.{client.comp_id}.dialect", settings.dialects[client.comp_id]
    for venue in config.venues:
        yield from _lines(f"venue.{venue.mic}", msgspec.to_builtins(venue))
    for instrument in config.instruments:
        yield from _lines(f"instrument.{instrument.symbol}", msgspec.to_builtins(instrument))
    for name, raw in settings.calendars.items():
        yield f"calendar.{name}", f"{raw.open}-{raw.close} {raw.timezone}, {len(raw.holidays)} holidays"
    for symbol, curve in settings.curves.items():
        yield f"curve.{symbol}", f"{len(curve)} bins"


def _lines(prefix: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(f"{prefix}.{key}", inner)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value):
            yield from _lines(f"{prefix}[{number}]", inner)
    else:
        yield prefix, value


def _check_journal(path: Path) -> None:
    reader = JournalReader(path)
    try:
        extent = reader.extent()
        heads: Heads = verify(reader.inputs(), reader.outputs())
    except JournalBrokenError as error:
        raise click.ClickException(f"{path}: {error}") from None
    finally:
        reader.close()
    click.echo(f"journal   {path}: both chains hold")
    click.echo(f"answered  up to input {extent.answered:,} of {extent.last:,}")
    click.echo(f"inputs    {heads.inputs.hex()}")
    click.echo(f"outputs   {heads.outputs.hex()}")
