"""Which trading date an event moves, and what several of one date come to."""

import msgspec
import pytest

from router.tca.profile.events import (
    EventKind,
    EventTime,
    MarketDate,
    ahead,
    events_of,
    moves_on,
    moving,
    volatility_factor,
    volume_factor,
)

WEEK = ("20261130", "20261201", "20261202", "20261203", "20261204", "20261207")


def earnings(date: str, when: EventTime, symbol: str | None = "ACME") -> MarketDate:
    return MarketDate(date=date, kind=EventKind.EARNINGS, symbol=symbol, when=when, volatility=2.5, volume=2.0)


@pytest.mark.parametrize(
    ("date", "when", "moved"),
    [
        ("20261203", EventTime.BEFORE_OPEN, "20261203"),
        ("20261203", EventTime.SESSION, "20261203"),
        ("20261203", EventTime.AFTER_CLOSE, "20261204"),
        ("20261204", EventTime.AFTER_CLOSE, "20261207"),  # over the weekend
        ("20261205", EventTime.SESSION, "20261207"),  # on a Saturday
        ("20261207", EventTime.AFTER_CLOSE, None),  # beyond what is known
    ],
)
def test_what_comes_after_the_close_moves_the_next_trading_date(date: str, when: EventTime, moved: str | None) -> None:
    assert moves_on(earnings(date, when), WEEK) == moved


def test_an_event_is_of_its_symbol_or_of_everybody() -> None:
    own = earnings("20261203", EventTime.SESSION)
    others = earnings("20261202", EventTime.SESSION, "BOLT")
    everybody = earnings("20261201", EventTime.SESSION, None)

    assert events_of([own, others, everybody], "ACME") == (everybody, own)


def test_the_date_that_is_moved_is_asked_for_and_not_the_event_s() -> None:
    late = earnings("20261202", EventTime.AFTER_CLOSE)

    assert [day for day in WEEK if moving([late], "ACME", day, WEEK)] == ["20261203"]


def test_what_is_ahead_is_counted_in_trading_dates() -> None:
    friday = earnings("20261203", EventTime.AFTER_CLOSE)
    monday = earnings("20261207", EventTime.BEFORE_OPEN)

    assert ahead([monday, friday], "ACME", "20261202", WEEK, within=2) == (friday,)


def test_two_surprises_of_one_date_are_one_and_two_kinds_of_volume_are_two() -> None:
    expiry = MarketDate(date="20261203", kind=EventKind.EXPIRY, volume=1.5, volatility=1.2)
    events = [earnings("20261203", EventTime.SESSION), expiry]

    assert (volatility_factor(events), volume_factor(events)) == (2.5, 3.0)
    assert (volatility_factor([]), volume_factor([])) == (1.0, 1.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "2026-12-03", "kind": "earnings"},
        {"date": "20261203", "kind": "party"},
        {"date": "20261203", "kind": "earnings", "volatility": 0.0},
        {"date": "20261203", "kind": "earnings", "local": "25:00"},
        {"date": "20261203", "kind": "earnings", "symbols": "ACME"},
    ],
)
def test_what_is_no_event_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, MarketDate)


def test_an_event_says_what_it_is() -> None:
    assert earnings("20261203", EventTime.AFTER_CLOSE).text == "earnings of ACME, 20261203 after-close"
