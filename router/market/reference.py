"""Reference data as it is written in files, and what it means on one trading date.

Ticks and lots change by date: `resolve_instruments` picks what is in force and hands the engine plain `Instrument`s.
Knows no file: the shell decodes TOML into these structs (unknown keys refused). Prices stand as decimal text, so that
no binary fraction ever comes near a tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from msgspec import Struct

from router.core.instruments import Instrument, PriceBand, TickBand
from router.core.profiles import AtLeast1
from router.core.types import PPM, Ppm, Px, Qty


class RawTick(Struct, frozen=True, forbid_unknown_fields=True):
    """From this price up (decimal text), displayed prices are multiples of `tick` (decimal text)."""

    from_px: str
    tick: str


class RawTickTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A tick table in force from a date (YYYYMMDD)."""

    bands: tuple[RawTick, ...]
    from_date: str = "19700101"


class RawBand(Struct, frozen=True, forbid_unknown_fields=True):
    """How far from a reference at or above `from_px` trades may lie: `ppm` of it, at most `most` (decimal text)."""

    from_px: str
    ppm: Ppm
    most: str | None = None
    open_factor: AtLeast1 = 1
    close_factor: AtLeast1 = 1


class RawBandTable(Struct, frozen=True, forbid_unknown_fields=True):
    """Price bands in force from a date (YYYYMMDD) on; none where the list is empty."""

    bands: tuple[RawBand, ...]
    from_date: str = "19700101"


class RawLot(Struct, frozen=True, forbid_unknown_fields=True):
    """A round lot in force from a date (YYYYMMDD)."""

    round_lot: Qty
    from_date: str = "19700101"


class RawInstrument(Struct, frozen=True, forbid_unknown_fields=True):
    """One instrument of `instruments.toml`; `ticks` names a table of the file, `lots` overrides the file's default."""

    symbol: str
    calendar: str
    ticks: str
    currency: str = "USD"
    asset_class: str = "equity"
    price_scale: int = 10_000
    multiplier: int = 1
    lots: tuple[RawLot, ...] = (RawLot(100),)
    primary_venue: str | None = None
    adv: Qty | None = None
    price_bands: str | None = None


class RawReference(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `instruments.toml`."""

    ticks: dict[str, tuple[RawTickTable, ...]]
    instruments: tuple[RawInstrument, ...]
    price_bands: dict[str, tuple[RawBandTable, ...]] = {}


_Dated = TypeVar("_Dated", RawTickTable, RawLot, RawBandTable)


def resolve_instruments(raw: RawReference, day: str) -> tuple[Instrument, ...]:
    """The instruments as they stand on `day` (YYYYMMDD), in the file's order.

    Raises ValueError that names the instrument and what is missing, twice there, or finer than its price scale.
    """
    seen: dict[str, None] = {}
    for instrument in raw.instruments:
        if instrument.symbol in seen:
            raise ValueError(f"instrument {instrument.symbol} is there twice")
        seen[instrument.symbol] = None
    return tuple(_resolve(instrument, raw, day) for instrument in raw.instruments)


def _resolve(raw: RawInstrument, reference: RawReference, day: str) -> Instrument:
    tables = reference.ticks.get(raw.ticks)
    if tables is None:
        raise ValueError(f"instrument {raw.symbol}: no tick table {raw.ticks!r}")
    table = _in_force(tables, day, f"instrument {raw.symbol}: tick table {raw.ticks!r}")
    lot = _in_force(raw.lots, day, f"instrument {raw.symbol}: round lot")
    return Instrument(
        symbol=raw.symbol,
        currency=raw.currency,
        asset_class=raw.asset_class,
        price_scale=raw.price_scale,
        multiplier=raw.multiplier,
        round_lot=lot.round_lot,
        ticks=_bands(table, raw),
        calendar=raw.calendar,
        primary_venue=raw.primary_venue,
        adv=raw.adv,
        bands=_price_bands(raw, reference, day),
    )


def _price_bands(raw: RawInstrument, reference: RawReference, day: str) -> tuple[PriceBand, ...]:
    """The bands of the instrument's tier on `day`; none before the table's first date."""
    if raw.price_bands is None:
        return ()
    tables = reference.price_bands.get(raw.price_bands)
    if tables is None:
        raise ValueError(f"instrument {raw.symbol}: no price band table {raw.price_bands!r}")
    if not any(table.from_date <= day for table in tables):
        return ()
    table = _in_force(tables, day, f"instrument {raw.symbol}: price band table {raw.price_bands!r}")
    bands = tuple(
        PriceBand(
            _quanta(band.from_px, raw),
            band.ppm,
            None if band.most is None else _quanta(band.most, raw),
            band.open_factor,
            band.close_factor,
        )
        for band in sorted(table.bands, key=lambda band: Decimal(band.from_px))
    )
    if bands and (bands[0].from_px != 0 or any(not 0 < band.ppm < PPM for band in bands)):
        raise ValueError(
            f"instrument {raw.symbol}: price band table {raw.price_bands!r} must start at price 0, "
            "each band above 0 and below 1000000 ppm"
        )
    return bands


def _in_force(rules: Sequence[_Dated], day: str, what: str) -> _Dated:
    """The rule with the latest date not after `day`."""
    in_force = sorted((rule for rule in rules if rule.from_date <= day), key=lambda rule: rule.from_date)
    if not in_force:
        raise ValueError(f"{what}: nothing in force on {day}")
    return in_force[-1]


def _bands(table: RawTickTable, raw: RawInstrument) -> tuple[TickBand, ...]:
    bands = tuple(
        TickBand(_quanta(band.from_px, raw), _quanta(band.tick, raw))
        for band in sorted(table.bands, key=lambda band: Decimal(band.from_px))
    )
    if not bands or bands[0].from_px != 0 or any(band.tick <= 0 for band in bands):
        raise ValueError(f"instrument {raw.symbol}: tick table {raw.ticks!r} must start at price 0 with ticks above 0")
    return bands


def _quanta(text: str, raw: RawInstrument) -> Px:
    """Decimal text as quanta, exact or refused."""
    try:
        quanta = Decimal(text) * raw.price_scale
    except InvalidOperation:
        raise ValueError(f"instrument {raw.symbol}: {text!r} is not a decimal price") from None
    if quanta != quanta.to_integral_value():
        raise ValueError(f"instrument {raw.symbol}: {text} is finer than the price scale 1/{raw.price_scale}")
    return int(quanta)
