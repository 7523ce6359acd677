"""Scenario files for a command: found by path or by name, read strictly, refused with file, line and key.

Knows where scenarios lie and how their errors are said; what happens in one is the simulator's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from msgspec import Struct

from router.core.profiles import EngineConfig, VenueProfile
from router.core.venue import VenueFactory
from router.runtime.settings import Settings
from router.runtime.toml_file import SettingsError, read_toml, refusal
from simulator.market_spec import SpecError, open_market, plan
from simulator.scenario_file import EarlyClose, ScenarioError, ScenarioFile
from simulator.synthetic_params import MarketConfig

FOLDER: Final = "scenarios"
SCENARIO_OPTION = click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="FILE",
    help="What happens in a simulated market: a scenario file, or the name of one in config/scenarios; repeatable.",
)


class Scenarios(Struct, frozen=True):
    """Those of one command, in the order given; `files[n]` was read from `paths[n]`."""

    paths: tuple[Path, ...] = ()
    files: tuple[ScenarioFile, ...] = ()

    @property
    def names(self) -> str:
        """For a journal's first line: ", scenario NAME" for each."""
        return "".join(f", scenario {file.name}" for file in self.files)


NONE: Final = Scenarios()


def read_scenarios(settings: Settings, given: Sequence[str]) -> Scenarios:
    """The scenarios named on a command line. SettingsError names the file, the line and the key of what is wrong."""
    paths = tuple(_find(settings, text) for text in given)
    return Scenarios(paths, tuple(read_toml(path, ScenarioFile) for path in paths))


def shipped(settings: Settings) -> list[Path]:
    """The scenario files of a home."""
    return sorted((settings.config / FOLDER).glob("*.toml"))


def _find(settings: Settings, text: str) -> Path:
    path = Path(text)
    if path.is_file():
        return path
    named = settings.config / FOLDER / f"{text}.toml"
    if named.is_file():
        return named
    known = ", ".join(found.stem for found in shipped(settings)) or "none"
    raise SettingsError(f"--scenario {text}: no such file, and none of {settings.config / FOLDER}: {known}")


def refuse_strange_dates(scenarios: Scenarios, dates: Sequence[str]) -> None:
    """A happening of a date that the market does not have would never come, and unsaid."""
    for path, file in zip(scenarios.paths, scenarios.files, strict=True):
        for number, happening in enumerate(file.happening):
            date = None if isinstance(happening, EarlyClose) else happening.date
            if date is not None and date not in dates:
                why = f"{date} is no trading date of this market: {', '.join(dates)}"
                raise refusal(path, ("happening", number, "date"), why)


@contextmanager
def scenario_errors(scenarios: Scenarios) -> Iterator[None]:
    """A scenario that this market cannot have is refused with its file and line."""
    try:
        yield
    except ScenarioError as error:
        raise refusal(scenarios.paths[error.number], error.under, error.why) from None


def check_scenarios(
    settings: Settings,
    config: EngineConfig,
    venues: Sequence[VenueProfile],
    market: MarketConfig,
    factories: Mapping[str, VenueFactory],
) -> Iterator[str]:
    """Read every scenario of a home; yields what could not happen in its market as configured, a warning each.

    That is not refused: a scenario may name venues of another home. SettingsError for what no market can have.
    """
    for path in shipped(settings):
        one = Scenarios((path,), (read_toml(path, ScenarioFile),))
        try:
            _plan(one, config, venues, market, factories)
        except SettingsError as error:
            yield str(error)


def _plan(
    scenarios: Scenarios,
    config: EngineConfig,
    venues: Sequence[VenueProfile],
    market: MarketConfig,
    factories: Mapping[str, VenueFactory],
) -> None:
    """Set the scenarios on the next trading day of a synthetic market."""
    instruments = {instrument.symbol: instrument for instrument in config.instruments}
    day = min((session.day for days in config.calendars.values() for session in days), default=None)
    calendars = {name: [one for one in days if one.day == day] for name, days in config.calendars.items()}
    with scenario_errors(scenarios):
        try:
            opened = open_market(
                "synthetic:1", venues, instruments, calendars, market, day=day, scenarios=scenarios.files
            )
        except SpecError:
            return  # no market is simulated in this home
        traded = {symbol: instruments[symbol] for symbol in opened.symbols}
        plan(opened, scenarios.files, venues, traded, seed=config.seed, factories=factories)
