"""A small market over several short trading dates: ACME on two lit venues, four minutes a day."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from router.core.profiles import CalendarDay
from router.core.types import SECOND, Px
from simulator.market_spec import build_world
from simulator.several_days import SeveralDays, date_of
from simulator.synthetic_params import default_market, opening_at
from simulator.world import World
from support.floor import ACME, OPEN, lit

NIGHT: Final = 24 * 3_600 * SECOND
LENGTH: Final = 240 * SECOND
DAYS: Final = tuple(CalendarDay(f"202603{16 + n}", OPEN + n * NIGHT, OPEN + n * NIGHT + LENGTH) for n in range(3))
VENUES: Final = [lit("XLIT"), lit("XALT")]


def market(days: int = 3, **params: object) -> SeveralDays:
    """ACME on two lit venues, for four minutes a day."""
    config = default_market({"events_per_second": 3.0} | params)

    def world_of(day: CalendarDay, prices: Mapping[str, Px]) -> World:
        return build_world(
            "synthetic:1",
            VENUES,
            {"ACME": ACME},
            {"XNYS": DAYS},
            seed=1,
            config=opening_at(config, prices),
            day=day.day,
            start=day.open - 60 * SECOND,
        )

    return SeveralDays(
        [date_of(day.day, [day], partial(world_of, day), begins=day.open - 60 * SECOND) for day in DAYS[:days]],
        ["XLIT", "XALT"],
    )
