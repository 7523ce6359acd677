"""A home whose market trades invented names, each as busy, as dear and as volatile as an example says.

The shipped settings with other instruments: `instruments.toml` and `market.toml` are written anew, the rest is as it
was. Knows no order and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from router.core.profiles import VenueProfile
from router.core.types import PPM, SECOND, Px
from router.runtime.settings import Settings, config_folder, default_home, read_settings, write_home
from router.tca.profile.profile import Positive
from simulator.contra import ContraMix
from simulator.synthetic_params import MarketConfig, SyntheticParams, parse_market

REFERENCE_AGE_NS: Final = 4 * 3_600 * SECOND
PACED: Final = ("contra_per_second_ppm", "contra_lots_mean")
SHIPPED_PACE: Final = 6.0
"""Events a second of the name that the shipped pools were set beside."""
SESSION_S: Final = 23_400
TICK: Final = 0.01
SPREAD_TICKS: Final = 0.9
"""What rounding to a tick and orders that left add to twice the distance at which makers stand, in ticks."""
RESTING: Final = 80
"""Resting orders a name: at a slow pace more of them would never be looked at again."""


class InventedName(Struct, frozen=True, kw_only=True):
    """One name of the market, and what it is like: the figures that whoever trades it would have measured."""

    symbol: str
    px: Annotated[Px, Meta(gt=0)]
    """Where it opens, quanta of 10^-4."""
    adv: Positive
    """Shares a day."""
    sigma: Positive
    """Volatility of a day, as a part of the price."""
    spread: Positive
    """Quoted, in the currency."""

    def params(self, default: SyntheticParams, pace: float) -> dict[str, object]:
        """Its table of `market.toml`: `pace` events a second, and orders so large that `adv` shares trade in a day."""
        trades = pace * SESSION_S * default.market_ppm / PPM / 2
        auctions = 1 + (default.opening_ppm + default.closing_ppm) / PPM
        mean = self.adv / trades / auctions
        return {
            "open_px": self.px,
            "volatility_ppm": round(self.sigma * PPM),
            "events_per_second": pace,
            "resting_orders": RESTING,
            "size_median": max(round(mean / exp(default.size_sigma**2 / 2)), 1),
            "half_spread_ticks": round(max((self.spread / TICK - SPREAD_TICKS) / 2, 0.1), 2),
        }


def invented_home(home: Path, names: Sequence[InventedName], *, pace: float) -> Settings:
    """Write a home for `names` at `home`, which must not be there, and read it.

    `pace`: events a second of each name, all venues. Slower is cheaper to run; the same volume then comes in fewer and
    larger orders. SettingsError where something is there already.
    """
    write_home(home, source=default_home())
    config = config_folder(home)
    shipped = parse_market((config / "market.toml").read_text(encoding="utf-8"))
    tables = {name.symbol: name.params(shipped.params("default"), pace) for name in names}
    (config / "market.toml").write_text(_market(shipped, tables), encoding="utf-8")
    reference = (config / "instruments.toml").read_text(encoding="utf-8")
    rules = reference[: reference.index("[[instruments]]")]
    (config / "instruments.toml").write_text(rules + "".join(map(_instrument, names)), encoding="utf-8")
    with (config / "risk.toml").open("a", encoding="utf-8") as limits:
        # A slow name's last trade is old, and still the price.
        for client in read_settings(home).clients:
            limits.write(f"[client.{client.comp_id}]\nreference_age_max_ns = {REFERENCE_AGE_NS}\n")
    settings = read_settings(home)
    return replace(settings, venues=tuple(_at_pace(venue, pace / SHIPPED_PACE) for venue in settings.venues))


def _at_pace(venue: VenueProfile, part: float) -> VenueProfile:
    """A pool whose other participants come at `part` of their rate, with orders larger by as much."""
    if venue.plugin != "dark":
        return venue
    mix = msgspec.convert({key: venue.settings[key] for key in PACED if key in venue.settings}, ContraMix)
    rate, lots = round(mix.contra_per_second_ppm * part), max(round(mix.contra_lots_mean / part), 1)
    return replace(venue, settings=venue.settings | dict(zip(PACED, (rate, lots), strict=True)))


def _instrument(name: InventedName) -> str:
    """Without price bands: what news brings overnight comes at the open here, and would pause the market."""
    return f"""[[instruments]]
symbol = "{name.symbol}"
calendar = "XNYS"
ticks = "us-nms"
primary_venue = "XLIT"
adv = {round(name.adv)}

"""


def _market(shipped: MarketConfig, symbols: dict[str, dict[str, object]]) -> str:
    """As `market.toml` is written: the shipped defaults, and a table for each name."""
    default = {key: value for key, value in shipped.default.items() if key != "shares"}
    shares: dict[str, object] = dict(shipped.params("default").shares)
    tables = {"default": default, "default.shares": shares} | {f"symbol.{name}": each for name, each in symbols.items()}
    return "\n".join(
        f"[{title}]\n" + "".join(_line(key, value) for key, value in rows.items()) for title, rows in tables.items()
    )


def _line(key: str, value: object) -> str:
    return f"{key} = {str(value).lower() if isinstance(value, bool) else value}\n"
