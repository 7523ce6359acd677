"""What `sluice pretrade` is asked, from its options and a home's settings: instrument, session, what is known.

Refusals are ImpactInputError or SettingsError, in words that name rule, limit and value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from router.core.instruments import Instrument
from router.core.profiles import CalendarDay
from router.core.types import PPM, Ns, Px, Qty, Side
from router.market.calendar import local_instant
from router.runtime.analysis.analysis_files import read_events
from router.runtime.assembly import market_config
from router.runtime.settings import Settings, limits_of
from router.tca.impact.terms import ImpactInputError
from router.tca.pretrade.question import DATES_MOST, MINUTE, Overrides, Question
from router.tca.pretrade.rules import Urgency
from router.tca.profile.profile import SymbolProfile

LOOK_DAYS: Final = 14
"""Calendar days before the day in which trading dates are looked up, for events."""
LOOK_AHEAD_DAYS: Final = 45
"""And after it: more than the trading dates that an order may take."""
MARKET_NAME: Final = "market.toml"


class Asked(Struct, frozen=True, kw_only=True):
    """The options."""

    symbol: str
    side: Side
    qty: Qty
    day: str | None
    """YYYYMMDD; None: the next session that has not opened."""
    start: str | None
    """HH:MM by the clock of the exchange; None: the open."""
    horizon_minutes: float | None
    """None: until the close."""
    urgency: Urgency | None
    profile: Path | None
    overrides: Overrides
    days: int | None = None
    """Trading dates that it may take at most; None: one."""
    until: str | None = None
    """YYYYMMDD, the same by the last of them."""
    client: str | None = None
    """CompID whose limits it is held against; None: what holds for everybody."""
    limit: str | None = None
    """Price(44), decimal."""


def question_of(settings: Settings, asked: Asked, now: datetime) -> Question:
    """The question that the options ask. `now` matters only where no day is given."""
    days = _days(settings, asked, now)
    day = next((each for each in days if each.day == asked.day), None) if asked.day else _next(days, now)
    if day is None:
        raise ImpactInputError(f"day: must be a trading date of {asked.symbol}'s calendar: got {asked.day}")
    instrument = _instrument(settings, asked.symbol, day.day)
    start = day.open if asked.start is None else _local(settings, instrument, day, asked.start)
    minutes = asked.horizon_minutes
    later = tuple(each for each in days if each.day > day.day)
    return Question(
        instrument=instrument,
        side=asked.side,
        qty=asked.qty,
        session=day,
        start=start,
        end=day.close if minutes is None else start + round(minutes * MINUTE),
        profile=_profile(settings, asked, day.day),
        overrides=asked.overrides,
        urgency=asked.urgency,
        venues=settings.venues,
        curve=settings.curves.get(asked.symbol, settings.curves.get("*", ())),
        curve_source=_curve_source(settings, asked.symbol),
        events=read_events(settings.config),
        session_part=min(1.0, (day.close - day.open) / max(each.close - each.open for each in days)),
        dates=tuple(each.day for each in days),
        later=later,
        dates_most=_dates_most(asked, later, day.day),
        client=limits_of(settings, asked.client),
        limit_px=_limit_px(asked.limit, instrument),
    )


def _dates_most(asked: Asked, later: Sequence[CalendarDay], first: str) -> int:
    if asked.until is None:
        return 1 if asked.days is None else asked.days
    if asked.days is not None:
        raise ImpactInputError(f"until: must not stand beside days: got {asked.until} and {asked.days}")
    last = f"{_date(asked.until, 'until'):%Y%m%d}"
    if last < first:
        raise ImpactInputError(f"until: must not be before the day, {first}: got {asked.until}")
    if last > later[-1].day:
        raise ImpactInputError(f"until: must be at most {DATES_MOST} trading dates ahead: got {asked.until}")
    return 1 + sum(each.day <= last for each in later)


def _limit_px(text: str | None, instrument: Instrument) -> Px | None:
    if text is None:
        return None
    try:
        px = Decimal(text) * instrument.price_scale
    except InvalidOperation:
        raise ImpactInputError(f"limit: must be a decimal price: got {text!r}") from None
    if not px.is_finite() or px <= 0 or px != px.to_integral_value():
        raise ImpactInputError(f"limit: must be above 0 and no finer than 1/{instrument.price_scale}: got {text}")
    return int(px)


def _days(settings: Settings, asked: Asked, now: datetime) -> tuple[CalendarDay, ...]:
    middle = _date(asked.day) if asked.day else now
    first, last = (f"{middle + timedelta(days=offset):%Y%m%d}" for offset in (-LOOK_DAYS, LOOK_AHEAD_DAYS))
    return settings.calendar_days(first, last)[_instrument(settings, asked.symbol, f"{middle:%Y%m%d}").calendar]


def _date(day: str, what: str = "day") -> datetime:
    try:
        return datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise ImpactInputError(f"{what}: must be a date YYYYMMDD: got {day!r}") from None


def _next(days: Sequence[CalendarDay], now: datetime) -> CalendarDay | None:
    at = round(now.timestamp()) * MINUTE // 60
    return next((each for each in days if each.open >= at), None)


def _instrument(settings: Settings, symbol: str, day: str) -> Instrument:
    known = {each.symbol: each for each in settings.instruments(day)}
    if symbol not in known:
        raise ImpactInputError(f"Symbol(55): must be one of {', '.join(known)}: got {symbol!r}")
    return known[symbol]


def _local(settings: Settings, instrument: Instrument, day: CalendarDay, start: str) -> Ns:
    try:
        at = datetime.strptime(start, "%H:%M").replace(tzinfo=UTC)
    except ValueError:
        raise ImpactInputError(f"start: must be HH:MM by the clock of the exchange: got {start!r}") from None
    zone = settings.calendars[instrument.calendar].timezone
    return local_instant(day.day, at.hour * 3_600 + at.minute * 60, zone)


def _curve_source(settings: Settings, symbol: str) -> str:
    for name, words in ((symbol, "the symbol's own"), ("*", "pooled: the symbol has none of its own")):
        if name in settings.curves:
            days = settings.curve_days.get(name)
            return f"curves.toml, {words}{f', of {days} days' if days else ''}"
    return "assumed: even over the session"


def _profile(settings: Settings, asked: Asked, day: str) -> SymbolProfile | None:
    if asked.profile is not None:
        return read_any_profile(asked.profile, asked.symbol)
    return synthetic_profile(settings, asked.symbol, day)


def read_any_profile(path: Path, symbol: str) -> SymbolProfile:
    """The profile of `symbol` in a file: one written by hand as JSON, or a Parquet file of `sluice profile`."""
    if path.suffix == ".json":
        return _json_profile(path, symbol)
    from router.tca.profile.profile_file import ProfileFileError, read_profile  # noqa: PLC0415 - needs the extra `analysis`

    try:
        return read_profile(path, symbol)
    except ProfileFileError as error:
        raise ImpactInputError(str(error)) from None


def profiles_in(path: Path) -> dict[str, SymbolProfile]:
    """All profiles of a file of either kind, by symbol."""
    if path.suffix == ".json":
        profile = _decoded(path)
        return {profile.symbol: profile}
    from router.tca.profile.profile_file import ProfileFileError, read_profiles  # noqa: PLC0415 - needs the extra `analysis`

    try:
        return read_profiles(path)
    except ProfileFileError as error:
        raise ImpactInputError(str(error)) from None


def _json_profile(path: Path, symbol: str) -> SymbolProfile:
    profile = _decoded(path)
    if profile.symbol != symbol:
        raise ImpactInputError(f"{path.name}: must be the profile of {symbol}: got {profile.symbol!r}")
    return profile


def _decoded(path: Path) -> SymbolProfile:
    try:
        return msgspec.json.decode(path.read_bytes(), type=SymbolProfile)
    except msgspec.DecodeError as error:
        raise ImpactInputError(f"{path.name}: is no profile: {error}") from None


def synthetic_profile(settings: Settings, symbol: str, day: str) -> SymbolProfile | None:
    """What `market.toml` says of a symbol of the synthetic market; None of one that has no table of its own."""
    path = settings.config / MARKET_NAME
    market = market_config(settings)
    if symbol not in market.symbol:
        return None
    params, instrument = market.params(symbol), _instrument(settings, symbol, day)
    return SymbolProfile(
        symbol=symbol,
        currency=instrument.currency,
        as_of=day,
        days=0,
        price=params.open_px / instrument.price_scale,
        adv=instrument.adv,
        sigma_daily=params.volatility_ppm / PPM,
        sigma_intraday=params.volatility_ppm / PPM,  # the synthetic market has no night
        open_auction=params.opening_ppm / PPM,
        close_auction=params.closing_ppm / PPM,
        sources=((MARKET_NAME, hashlib.sha256(path.read_bytes()).hexdigest()),),
        missing={"spread": "a settings file states no spread", "curve": "see curves.toml"},
    )
