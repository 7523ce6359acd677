"""The analyst's files of a home: events, impact models. They decide nothing, so no journal carries them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from router.runtime.toml_file import read_toml, refusal
from router.tca.pretrade.rules import ImpactFile
from router.tca.profile.events import EventsFile, MarketDate

EVENTS_NAME: Final = "events.toml"
IMPACT_NAME: Final = "impact.toml"


def read_events(config: Path) -> tuple[MarketDate, ...]:
    """The dated events of `config/events.toml`; none where there is no such file. Raises SettingsError."""
    path = config / EVENTS_NAME
    if not path.is_file():
        return ()
    events = read_toml(path, EventsFile).events
    for number, event in enumerate(events):
        if events.index(event) < number:
            raise refusal(path, ("events", number), f"{event.text} is there twice")
    return events


def read_impact(config: Path) -> ImpactFile:
    """The impact models' numbers of `config/impact.toml`. Raises SettingsError, also where there is no such file."""
    return read_toml(config / IMPACT_NAME, ImpactFile)
