"""A market by minutes, from a tape and quotes made by hand."""

from __future__ import annotations

from math import log

import pytest

from router.core.events import TradePrint
from router.core.types import SECOND, PrintKind
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.tape import MarketTape
from router.tca.study.window import MINUTE, MarketMinutes, average, measure_minutes

OPEN = 1_000 * SECOND


def quotes(*rows: tuple[float, int | None, int | None]) -> QuoteTape:
    tape = QuoteTape()
    for minute, bid, ask in rows:
        tape.add(Quote(OPEN + round(minute * MINUTE), bid, ask))
    return tape


def printed(tape: MarketTape, minute: float, qty: int, kind: PrintKind = PrintKind.REGULAR) -> None:
    at = OPEN + round(minute * MINUTE)
    tape.add(at, TradePrint(venue="XLIT", symbol="ACME", px=100, qty=qty, kind=kind))


def test_volume_counts_eligible_prints_and_an_edge_belongs_to_the_minute_that_begins() -> None:
    tape = MarketTape()
    for minute, qty in ((0.0, 100), (0.5, 200), (1.0, 400)):
        printed(tape, minute, qty)
    printed(tape, 1.5, 800, PrintKind.CLOSING)

    found = measure_minutes("ACME", tape, quotes((0, 99, 101)), OPEN, 2)

    assert found.volume == (300.0, 400.0)


def test_variance_is_the_squared_log_return_of_the_midpoint_and_spread_is_by_time() -> None:
    market = quotes((0, 9_990, 10_010), (0.5, 10_000, 10_040), (1.25, 10_090, 10_110))

    found = measure_minutes("ACME", MarketTape(), market, OPEN, 2)

    assert found.variance == pytest.approx((log(10_020 / 10_000) ** 2, log(10_100 / 10_020) ** 2))
    assert found.spread_bps == pytest.approx(
        ((20 / 1.0 + 40 / 1.002) / 2, 0.25 * 40 / 1.002 + 0.75 * 20 / 1.01), rel=1e-9
    )
    assert found.mid == 10_020


def test_a_minute_without_a_market_has_no_return_and_no_spread() -> None:
    found = measure_minutes("ACME", MarketTape(), quotes((0, 99, None), (1, 99, 101)), OPEN, 2)

    assert found.variance == (0.0, 0.0)
    assert found.spread_bps[0] is None


def test_parts_of_minutes_count_in_proportion() -> None:
    market = MarketMinutes(
        symbol="ACME",
        volume=(100.0, 200.0, 400.0),
        variance=(1.0, 2.0, 4.0),
        spread_bps=(None, 6.0, 2.0),
        mid=None,
    )

    assert market.between(0.5, 2.5) == pytest.approx((450.0, 4.5, (6.0 + 0.5 * 2.0) / 1.5))


def test_days_are_averaged_minute_by_minute_and_what_is_not_known_left_out() -> None:
    one = MarketMinutes(symbol="ACME", volume=(100.0,), variance=(1.0,), spread_bps=(4.0,), mid=50.0)
    other = MarketMinutes(symbol="ACME", volume=(300.0,), variance=(3.0,), spread_bps=(None,), mid=None)

    assert average([one, other]) == MarketMinutes(
        symbol="ACME", volume=(200.0,), variance=(2.0,), spread_bps=(4.0,), mid=50.0
    )
