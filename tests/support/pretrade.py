"""A question before a trade: 200,000 ACME at 40.00, two million a day, 2 % volatility, a spread of two cents."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, FeeRule, VenueProfile
from router.core.types import SECOND, Side, VenueKind
from router.runtime.analysis.analysis_files import read_impact
from router.runtime.plugins import load_algos
from router.runtime.settings import config_folder, default_home
from router.tca.impact.terms import ImpactOrder
from router.tca.pretrade.assess import Assessment, assess, clock_of
from router.tca.pretrade.dates import Dates
from router.tca.pretrade.question import Overrides, Question, impact_order, inputs_of
from router.tca.pretrade.rules import ImpactFile

OPEN: Final = 1_796_049_000 * SECOND
"""2026-11-30 14:30 UTC, 09:30 in New York."""
CLOSE: Final = OPEN + 23_400 * SECOND
SESSION: Final = CalendarDay(day="20261130", open=OPEN, close=CLOSE)
DAY: Final = 86_400 * SECOND
LATER: Final = tuple(
    CalendarDay(day=f"202612{date:02}", open=OPEN + date * DAY, close=CLOSE + date * DAY) for date in (1, 2, 3, 4)
)
"""Tuesday to Friday."""
VENUES: Final = (
    VenueProfile(mic="LIT1", kind=VenueKind.LIT, plugin="lit", fees=(FeeRule(add=-2_000, remove=3_000),)),
    VenueProfile(mic="LIT2", kind=VenueKind.LIT, plugin="lit", fees=(FeeRule(add=0, remove=1_000),)),
    VenueProfile(mic="POOL", kind=VenueKind.DARK, plugin="dark", fees=(FeeRule(add=1_000, remove=1_000),)),
    VenueProfile(mic="NOON", kind=VenueKind.CROSS, plugin="cross", cross_times=(43_200,), fees=(FeeRule(cross=500),)),
    VenueProfile(mic="GONE", kind=VenueKind.DARK, plugin="dark", enabled=False, fees=(FeeRule(remove=9_000),)),
)
CURVE: Final = tuple(100_000 - 6_000 * index for index in range(13))
"""Half hours of falling volume: weights of 10 to 2.8."""
GIVEN: Final = Overrides(price=40.0, adv=2_000_000.0, sigma=0.02, spread=0.02)


def question(**changed: object) -> Question:
    """The question, with what is changed of it."""
    plain = Question(
        instrument=Instrument("ACME"),
        side=Side.BUY,
        qty=200_000,
        session=SESSION,
        start=OPEN,
        end=CLOSE,
        profile=None,
        overrides=GIVEN,
        urgency=None,
        venues=VENUES,
        curve=CURVE,
        curve_source="by hand",
        dates=("20261127", "20261130", "20261201", "20261202"),
    )
    return replace(plain, **changed)


def dates(**changed: object) -> Dates:
    """The question's trading dates, by the shipped numbers."""
    asked = question(**changed)
    inputs = inputs_of(asked, impact_file().pretrade)
    return Dates(question=asked, inputs=inputs, clock=clock_of(asked, inputs))


def order_of(its: Dates) -> ImpactOrder:
    """The order as the models see it."""
    return impact_order(its.question, its.inputs)


def impact_file() -> ImpactFile:
    """The shipped numbers."""
    return read_impact(config_folder(default_home()))


def assessment(**changed: object) -> Assessment:
    """The question's assessment by the shipped numbers and algorithms."""
    numbers = impact_file()
    return assess(question(**changed), numbers.on("20261130"), numbers.pretrade, load_algos())
