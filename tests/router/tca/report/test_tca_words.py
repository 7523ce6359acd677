"""The report in sentences: what was done, what it cost, what was expected."""

import pytest
from msgspec.structs import replace

from router.tca.report.tca_words import duration, summary
from support.sheets import sheets
from support.tca_day import day
from support.thin_days import taken_back
from support.twelve_trades import recorded, tape, until


def test_a_buy_that_was_cancelled() -> None:
    buy, _ = sheets(recorded(tape()))

    assert summary(buy.report) == (
        "Bought 400 of 1,000 shares of ACME (0.05% of average daily volume) by TWAP in 1 min 40 s, "
        "at 40.0425 USD, 18.18% of the volume. "
        "Against the midpoint at arrival, 40.02, that is a cost of 5.62 bps (9.00 USD), "
        "a gain of 9.81 bps against the interval's VWAP. "
        "The shortfall is 137.70 USD, 34.42 bps of the paper portfolio, most of it opportunity (108.00). "
        "Expected at arrival, with fees, was a cost of 1.04 bps (95 % of such orders: -9.59 to 11.67 bps); "
        "it came to a cost of 6.06 bps, inside that interval."
    )


def test_an_order_that_was_refused() -> None:
    refused = sheets(recorded(day()))[2]

    assert summary(refused.report).startswith("Nothing was filled of the 2,000,000 shares of ACME to buy")


def test_an_order_that_is_open_and_has_traded_nothing() -> None:
    (buy,) = sheets(recorded(until(10)))

    assert "It is still open. The shortfall so far, of shares yet to be filled, is " in summary(buy.report)


def test_an_order_whose_trades_were_all_taken_back() -> None:
    (thin,) = sheets(recorded(taken_back()))

    assert summary(thin.report) == (
        "Nothing of the 1,000 shares of ACME to buy (0.05% of average daily volume) by TWAP is filled any more: "
        "its 2 trades were taken back. "
        "The shortfall, all of it missed, is 200.00 USD, 50.00 bps of the paper portfolio."
    )
    assert thin.report.order.reasons["avg_px"] == "every trade was taken back"


def test_an_order_that_was_filled_as_it_came() -> None:
    buy, _ = sheets(recorded(tape()))
    at_once = replace(buy.report.order, ended_at=buy.report.order.start)

    assert " by TWAP at once, at 40.0425 USD" in summary(replace(buy.report, order=at_once))


def test_without_a_price_at_arrival_the_reason_is_said() -> None:
    buy, _ = sheets(recorded(tape()))
    lines = tuple(
        replace(line, bps=None, money=None, reason="no quote before it") if line.name == "arrival" else line
        for line in buy.report.benchmarks
    )

    said = summary(replace(buy.report, benchmarks=lines))

    assert "There is no cost against arrival: no quote before it, a gain of 9.81 bps against" in said


@pytest.mark.parametrize(
    ("seconds", "text"), [(3.25, "3.2 s"), (59.94, "59.9 s"), (1_007, "16 min 47 s"), (7_500, "2 h 5 min")]
)
def test_how_long_it_took(seconds: float, text: str) -> None:
    assert duration(round(seconds * 1e9)) == text
