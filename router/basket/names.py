"""What a basket is made of: names with a side and a quantity, and the periods in which they are worked.

Quantities are shares, prices quanta, money the currency of the basket (one currency: nothing is converted). Knows no
schedule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Annotated, TypeAlias

import numpy as np
from msgspec import Meta, Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from router.core.profiles import CalendarDay
from router.core.types import Ns, Px, Qty, Side
from router.tca.profile.profile import NotNegative, Positive, SymbolProfile

Floats: TypeAlias = NDArray[np.float64]


class BasketError(ValueError):
    """A basket, a bound or a plan that cannot be: the text names the rule, the limit and the value."""


class BasketName(Struct, frozen=True, kw_only=True):
    """One name to trade, with what the schedule needs to know of it."""

    symbol: str
    side: Side
    qty: Annotated[Qty, Meta(gt=0)]
    px: Annotated[Px, Meta(gt=0)]
    """The price at which the basket was decided, quanta."""
    adv: Positive
    """Average daily volume, shares."""
    sigma: Positive
    """Volatility of a day, as a part of the price."""
    spread: NotNegative
    """Quoted spread, in the currency."""
    beta: float = 1.0
    """Of the name's returns on the market's."""
    beta_error: NotNegative | None = None
    """Standard error of `beta`; None where it was given and not estimated."""
    sector: str = ""
    lot: Annotated[Qty, Meta(gt=0)] = 100
    price_scale: int = 10_000
    curve: tuple[NotNegative, ...] = ()
    """The day's volume in equal bins, summing to 1; empty for a flat day."""

    @property
    def price(self) -> float:
        """The decision price in the currency."""
        return self.px / self.price_scale

    @property
    def value(self) -> float:
        """Currency per share, signed: plus for a buy, minus for a sell."""
        return self.side.sign * self.price

    @property
    def notional(self) -> Fraction:
        """The order's worth at the decision price, exact, in the currency; not signed."""
        return Fraction(self.qty * self.px, self.price_scale)

    @property
    def of_adv(self) -> float:
        """The order as a part of a day's volume."""
        return self.qty / self.adv

    @property
    def spread_bps(self) -> float:
        return self.spread / self.price * 10_000


def name_of(
    profile: SymbolProfile,
    side: Side,
    qty: Qty,
    *,
    sector: str,
    beta: float = 1.0,
    beta_error: float | None = None,
    lot: Qty = 100,
    price_scale: int = 10_000,
) -> BasketName:
    """A name as a profile knows it. Raises `BasketError` for a figure that the profile lacks, with its reason."""
    return BasketName(
        symbol=profile.symbol,
        side=side,
        qty=qty,
        px=round(profile.price * price_scale),
        adv=_had(profile, "adv"),
        sigma=_had(profile, "sigma_daily"),
        spread=_had(profile, "spread"),
        beta=beta,
        beta_error=beta_error,
        sector=sector,
        lot=lot,
        price_scale=price_scale,
        curve=profile.curve,
    )


def _had(profile: SymbolProfile, field: str) -> float:
    value: float | None = getattr(profile, field)
    if value is None:
        reason = profile.missing.get(field, "not measured")
        raise BasketError(f"{profile.symbol}: a basket needs {field}, and the profile has none: {reason}")
    return value


class Period(Struct, frozen=True):
    """A stretch of time in which one list of orders is worked: UTC ns, and its place in its day, 0 to 1."""

    start: Ns
    end: Ns
    from_part: float
    to_part: float
    moves: float
    """Days of price moves from its middle to the next one's: its own, and the night behind the last of a date."""
    day: str = ""
    """Its trading date, YYYYMMDD; empty where nobody asks."""


def periods_of(opens: Ns, closes: Ns, count: int, *, day: str = "", session: float = 1.0) -> tuple[Period, ...]:
    """A session in `count` equal periods; `session`: the part of a day's variance that falls into it."""
    if count < 1 or closes - opens < count:
        raise BasketError(f"periods: at least 1 in a session that is open, got {count} in {closes - opens} ns")
    edges = [opens + (closes - opens) * each // count for each in range(count + 1)]
    return tuple(
        Period(edges[each], edges[each + 1], each / count, (each + 1) / count, session / count, day)
        for each in range(count)
    )


def periods_of_days(days: Sequence[CalendarDay], count: int, *, night: float) -> tuple[Period, ...]:
    """Trading dates in `count` periods each; `night` is the part of a day's variance between close and open."""
    if not 0 <= night < 1:
        raise BasketError(f"periods: the night's part of the variance must be 0 or more and below 1: got {night:g}")
    found: list[Period] = []
    for each in days:
        session = periods_of(each.open, each.close, count, day=each.day, session=1 - night)
        found += [*session[:-1], replace(session[-1], moves=session[-1].moves + night)]
    return tuple(found)


def days_of(periods: Sequence[Period]) -> Floats:
    """(periods,) days of price moves that what is left after each period goes through."""
    return np.array([each.moves for each in periods])


def expected_volume(names: Sequence[BasketName], periods: Sequence[Period]) -> Floats:
    """(names, periods) shares that the market is expected to trade, by each name's own curve."""
    return np.array([[name.adv * _part(name.curve, each) for each in periods] for name in names])


def _part(curve: tuple[float, ...], period: Period) -> float:
    """The curve's part between two moments of the day; within a bin volume is even."""
    if not curve:
        return period.to_part - period.from_part
    return _until(curve, period.to_part) - _until(curve, period.from_part)


def _until(curve: tuple[float, ...], part: float) -> float:
    place = part * len(curve)
    whole = min(int(place), len(curve))
    rest = (place - whole) * curve[whole] if whole < len(curve) else 0.0
    return sum(curve[:whole]) + rest


def refuse_repeats(names: Iterable[BasketName]) -> None:
    """A name is in a basket once: two sides of it are netted first, two orders added."""
    seen: dict[str, Side] = {}
    for name in names:
        if name.symbol in seen:
            raise BasketError(f"basket: {name.symbol} is in it more than once; net it first")
        seen[name.symbol] = name.side
