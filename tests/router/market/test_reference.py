"""Instruments as they stand on a date; the shipped files read whole."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from router.core.instruments import Instrument, PriceBand, TickBand
from router.market.calendar import RawCalendar, calendar_day
from router.market.reference import (
    RawBand,
    RawBandTable,
    RawInstrument,
    RawLot,
    RawReference,
    RawTick,
    RawTickTable,
    resolve_instruments,
)

PENNIES = RawTickTable(bands=(RawTick("0", "0.0001"), RawTick("1", "0.01")), from_date="20050829")
EIGHTHS = RawTickTable(bands=(RawTick("0", "0.125"),))


def reference(*instruments: RawInstrument) -> RawReference:
    return RawReference(ticks={"us": (EIGHTHS, PENNIES)}, instruments=instruments)


def test_ticks_and_lots_are_those_in_force_on_the_date() -> None:
    raw = reference(
        RawInstrument("AAA", calendar="XNYS", ticks="us", lots=(RawLot(100), RawLot(40, from_date="20251103")))
    )

    (before,), (after,) = resolve_instruments(raw, "20050101"), resolve_instruments(raw, "20251103")

    assert before == Instrument("AAA", ticks=(TickBand(0, 1_250),), round_lot=100)
    assert after == Instrument("AAA", ticks=(TickBand(0, 1), TickBand(10_000, 100)), round_lot=40)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (reference(RawInstrument("AAA", calendar="XNYS", ticks="eu")), "AAA: no tick table 'eu'"),
        (reference(*[RawInstrument("AAA", calendar="XNYS", ticks="us")] * 2), "AAA is there twice"),
        (
            reference(RawInstrument("AAA", calendar="XNYS", ticks="us", lots=(RawLot(1, from_date="20300101"),))),
            "AAA: round lot: nothing in force on 20240301",
        ),
        (
            reference(RawInstrument("AAA", calendar="XNYS", ticks="us", price_scale=1_000)),
            "AAA: 0.0001 is finer than the price scale 1/1000",
        ),
        (
            RawReference(
                ticks={"us": (RawTickTable(bands=(RawTick("0", "a penny"),)),)},
                instruments=(RawInstrument("AAA", calendar="XNYS", ticks="us"),),
            ),
            "'a penny' is not a decimal price",
        ),
        (
            RawReference(
                ticks={"us": (RawTickTable(bands=(RawTick("1", "0.01"),)),)},
                instruments=(RawInstrument("AAA", calendar="XNYS", ticks="us"),),
            ),
            "must start at price 0",
        ),
    ],
)
def test_what_is_missing_or_finer_than_the_scale_is_refused_by_name(raw: RawReference, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        resolve_instruments(raw, "20240301")


def test_the_shipped_instruments_name_shipped_calendars(repo: Path) -> None:
    raw = msgspec.convert(tomllib.loads((repo / "config/instruments.toml").read_text()), RawReference)
    calendars = msgspec.convert(
        tomllib.loads((repo / "config/calendars.toml").read_text())["calendars"], dict[str, RawCalendar]
    )

    instruments = resolve_instruments(raw, "20240301")

    assert instruments
    assert all(calendar_day(calendars[instrument.calendar], "20240301") for instrument in instruments)


WIDE = RawBandTable(
    bands=(RawBand("3", 50_000, open_factor=2), RawBand("0", 750_000, most="0.15", close_factor=2)),
    from_date="20130408",
)


def banded(table: RawBandTable, name: str = "tier-1") -> RawReference:
    instrument = RawInstrument("AAA", calendar="XNYS", ticks="us", price_bands=name)
    return RawReference(ticks={"us": (EIGHTHS,)}, instruments=(instrument,), price_bands={"tier-1": (table,)})


def test_price_bands_are_those_of_the_tier_and_there_are_none_before_their_first_date() -> None:
    (before,), (after,) = (resolve_instruments(banded(WIDE), day) for day in ("20130407", "20130408"))

    assert before.bands == ()
    assert after.bands == (PriceBand(0, 750_000, 1_500, 1, 2), PriceBand(30_000, 50_000, None, 2, 1))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (banded(WIDE, "tier-9"), "AAA: no price band table 'tier-9'"),
        (banded(RawBandTable(bands=(RawBand("1", 1),))), "'tier-1' must start at price 0"),
        (banded(RawBandTable(bands=(RawBand("0", 1_000_000),))), "above 0 and below 1000000 ppm"),
    ],
)
def test_price_bands_that_make_no_sense_are_refused_by_name(raw: RawReference, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        resolve_instruments(raw, "20240301")
