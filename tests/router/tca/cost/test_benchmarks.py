"""Benchmarks of the twelve trades, every one worked by hand in the comments (`support.twelve_trades`)."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.events import TradePrint
from router.core.profiles import CalendarDay
from router.core.types import SECOND, Ns, PrintKind
from router.tca.cost.benchmarks import (
    Benchmark,
    Chosen,
    Prints,
    Reversion,
    after,
    benchmarks,
    horizon_name,
    interval,
    participation,
    pwp,
    reversions,
    twap,
    volume_interval,
    vwap,
)
from router.tca.facts.case import Case
from router.tca.facts.marks import Mark
from router.tca.facts.tape import MarketTape
from support.twelve_trades import at, case, corrected, px, quote, tape, until, usd


def test_every_benchmark_of_the_buy_by_hand() -> None:
    """Released at 0 s, cancelled at 100 s. Eligible then: trades 3 to 7, the busted one too (its print stands).

    300 x 40.04 + 700 x 40.05 + 100 x 40.05 + 1,000 x 40.12 + 100 x 40.08 = 88,180 for 2,200 shares; own: 3, 5 and 7.
    The price in force: 40.01 to 10.5 s, 40.04 to 20, 40.05 to 50, 40.12 to 60, 40.08 to 100.
    """
    found = _prices(benchmarks(case("O1")))

    assert found == {
        "decision": usd("40.00"),
        "arrival": usd("40.02"),
        "last before order": usd("40.01"),
        "VWAP": Fraction(88_180, 2_200),
        # 4 and 6: 700 x 40.05 + 1,000 x 40.12
        "VWAP without own": Fraction(68_155, 1_700),
        # without 6, which is above 40.10
        "VWAP within limit": Fraction(48_060, 1_200),
        "VWAP within limit, without own": usd("40.05"),
        # (40.01 x 10.5 + 40.04 x 9.5 + 40.05 x 30 + 40.12 x 10 + 40.08 x 40) / 100
        "TWAP": usd("40.06385"),
        # (40.01 x 20 + 40.05 x 30 + 40.12 x 50) / 100
        "TWAP without own": usd("40.077"),
        # (40.01 x 10.5 + 40.04 x 9.5 + 40.05 x 40 + 40.08 x 40) / 100
        "TWAP within limit": usd("40.05685"),
        # (40.01 x 20 + 40.05 x 80) / 100
        "TWAP within limit, without own": usd("40.042"),
        # 400 / 0.05 = 8,000 and 400 / 0.1 = 4,000 shares: 3,200 traded, trades 3 to 7 and 9 to 11
        "PWP 5%": "only 3,200 of 8,000 eligible shares traded by the journal's end",
        "PWP 10%": "only 3,200 of 4,000 eligible shares traded by the journal's end",
        # 400 / 0.2 = 2,000: trades 3, 4, 5 and 900 of 6: (12,012 + 28,035 + 4,005 + 36,108) / 2,000
        "PWP 20%": usd("40.08"),
        "PWP own rate": "the order asked for no ParticipationRate(849)",
        "open": usd("39.95"),
        "close": usd("40.20"),
        "previous close": usd("39.90"),
    }


def test_every_benchmark_of_the_sell_by_hand() -> None:
    """Released at 110 s, filled at 150 s. Eligible: 300 x 40.08 + 600 x 40.06 + 100 x 40.10 = 40,070 for 1,000 shares.

    The price in force at 110 s is that of trade 7 (another order's, so not its own), 40.08; from 130 s 40.06.
    """
    found = _prices(benchmarks(case("O2")))

    no_limit = "the order has no limit price"
    assert found == {
        "decision": "the order has no TransactTime(60)",
        "arrival": usd("40.10"),
        "last before order": usd("40.08"),
        "VWAP": usd("40.07"),
        "VWAP without own": usd("40.06"),
        "VWAP within limit": no_limit,
        "VWAP within limit, without own": no_limit,
        "TWAP": usd("40.07"),
        "TWAP without own": usd("40.07"),
        "TWAP within limit": no_limit,
        "TWAP within limit, without own": no_limit,
        "PWP 5%": "only 1,000 of 8,000 eligible shares traded by the journal's end",
        "PWP 10%": "only 1,000 of 4,000 eligible shares traded by the journal's end",
        "PWP 20%": "only 1,000 of 2,000 eligible shares traded by the journal's end",
        "PWP own rate": "the order asked for no ParticipationRate(849)",
        "open": usd("39.95"),
        "close": usd("40.20"),
        "previous close": usd("39.90"),
    }


@pytest.mark.parametrize(
    ("order_id", "name", "money"),
    [
        # AvgPx x CumQty is 300 x 40.04 + 100 x 40.05 = 16,017; 400 x 40.02 = 16,008
        ("O1", "arrival", "9"),
        ("O1", "decision", "17"),
        ("O1", "close", "-63"),
        # 300 x 40.08 + 100 x 40.10 = 16,034; a sell: 400 x 40.10 - 16,034
        ("O2", "arrival", "6"),
        ("O2", "VWAP without own", "-10"),
        ("O2", "close", "46"),
    ],
)
def test_slippage_is_a_cost_where_positive_for_both_sides(order_id: str, name: str, money: str) -> None:
    was = case(order_id)

    (found,) = [each for each in benchmarks(was) if each.name == name]

    assert found.cost is not None
    assert was.currency(found.cost.quanta) == usd(money)
    assert found.cost.bps == pytest.approx(float(usd(money) / (400 * found.cost.benchmark / 10_000) * 10_000))


def test_reversion_of_the_buy_by_hand() -> None:
    """Its last fill is trade 5 at 40 s, the midpoint 40.08; 40.10 from 80 s on: it went on, and did not revert."""
    found = reversions(case("O1"))

    gone_on = float(-usd("0.02") / usd("40.08") * 10_000)
    assert found == (
        Reversion("1 s", _quanta("40.08"), 0.0, _quanta("0"), seconds=1),
        Reversion("10 s", _quanta("40.08"), 0.0, _quanta("0"), seconds=10),
        Reversion("1 min", _quanta("40.10"), gone_on, _quanta("-8"), seconds=60),
        Reversion("5 min", _quanta("40.10"), gone_on, _quanta("-8"), seconds=300),
        Reversion("close", _quanta("40.20"), float(-usd("0.12") / usd("40.08") * 10_000), _quanta("-48"), seconds=560),
    )


def test_reversion_of_the_sell_by_hand() -> None:
    """Its last fill is trade 11 at 150 s, the midpoint 40.08; 40.10 from 200 s on: it came back up, 0.02 on 400."""
    found = reversions(case("O2"))

    money = {each.name: None if each.quanta is None else each.quanta / 10_000 for each in found}
    assert money == {"1 s": 0, "10 s": 0, "1 min": 8, "5 min": 8, "close": 48}


def test_a_corrected_trade_is_found_on_the_tape_as_it_was_first_reported() -> None:
    """Own prints are the same three, though one was corrected twice, and one corrected and then taken back."""
    was = case("O1", corrected())

    found, before = _prices(benchmarks(was)), _prices(benchmarks(case("O1")))

    assert [(fill.qty, fill.px, fill.printed) for fill in was.fills] == [(200, px("40.03"), (300, px("40.04")))]
    own_or_not = [name for name in found if name.startswith(("VWAP", "TWAP"))]
    assert {name: found[name] for name in own_or_not} == {name: before[name] for name in own_or_not}


# --- what does not exist


def test_nothing_after_the_journals_end_exists() -> None:
    """The day cut short at 75 s, its last word at 70 s, ten seconds after the last fill."""
    was = case("O1", until(75))

    found = {**_prices(benchmarks(was)), **{each.name: each.reason for each in reversions(was)}}

    assert found["close"] == "the session closes after the journal's end"
    assert found["1 min"] == "lies after the journal's end"
    assert found["VWAP"] == Fraction(88_180, 2_200)
    assert interval(was) == (at(0), at(70))


def test_an_interval_without_a_print_has_no_benchmark_and_says_so() -> None:
    said = [line for line in tape() if line[0] <= at(10)]

    found = _prices(benchmarks(case("O1", said)))

    none = "no eligible print in the interval"
    assert found["VWAP"] == none
    assert found["VWAP without own"] == "no eligible print in the interval but our own"
    assert found["VWAP within limit"] == "no eligible print within the limit"
    assert found["PWP 20%"] == "nothing was filled"


def test_an_order_that_is_over_at_once_has_no_time_to_weigh_by() -> None:
    was = case("O1")

    assert _twap(was, Prints.ALL, at(5), at(5)).reason == "the interval has no length"


def test_the_own_rate_is_the_participation_that_the_client_asked_for() -> None:
    """0.4 on 400 filled: the first 1,000 shares, trades 3 and 4: (300 x 40.04 + 700 x 40.05) / 1,000."""
    was = case("O1")
    assert was.record.request is not None
    asked = msgspec.structs.replace(was.record.request, params=(("ParticipationRate", "0.4"),))
    record = msgspec.structs.replace(was.record, request=asked)

    found = _prices(benchmarks(msgspec.structs.replace(was, record=record)))

    assert found["PWP own rate"] == usd("40.047")


def test_a_print_is_within_the_limit_that_was_in_force_when_it_came() -> None:
    """40.04 to 45 s, so without trades 4 and 5, then 40.12, so with 6 and 7."""
    was = case("O1")
    record = msgspec.structs.replace(was.record, limits=[(at(0), px("40.04")), (at(45), px("40.12"))])

    found = _prices(benchmarks(msgspec.structs.replace(was, record=record)))

    assert found["VWAP within limit"] == (300 * usd("40.04") + 1_000 * usd("40.12") + 100 * usd("40.08")) / 1_400


def test_time_before_the_first_print_of_a_date_is_not_weighed() -> None:
    """From -60 s: the opening auction is not eligible, so that the first price is that of -20 s."""
    was = case("O1")

    assert _twap(was, Prints.ALL, at(-60), at(-10)).px == px("40.01")
    assert _twap(was, Prints.ALL, at(-60), at(-30)).reason == "no eligible print in the interval while a session lasted"


def test_an_order_of_two_dates_has_the_close_of_each() -> None:
    prints = MarketTape()
    for second, price in ((600, "40"), (86_400 + 600, "41")):
        prints.add(at(second), TradePrint("XONE", "ACME", px(price), 100, kind=PrintKind.CLOSING))
    days = ((at(-90), "20260316"), (at(86_400 - 90), "20260317"))
    was = msgspec.structs.replace(case("O1", until(60)), tape=prints, days=days, as_of=at(86_400 + 700))

    found = {name: price for name, price in _prices(benchmarks(was)).items() if "close" in name}

    assert found == {"close 20260316": 40, "close": 41, "previous close": usd("39.90")}


def test_nights_are_not_weighed() -> None:
    """40.00 for the last 10 s of a day, 41.00 for the first 30 s of the next."""
    night_s = 60_000
    prints = MarketTape()
    for second, price in ((-1, "40"), (night_s, "41")):
        prints.add(at(second), TradePrint("XONE", "ACME", px(price), 100))
    days = ((at(-60), "20260316"), (at(night_s - 60), "20260317"))
    sessions = (CalendarDay("20260316", at(-60), at(10)), CalendarDay("20260317", at(night_s), at(night_s + 600)))
    was = msgspec.structs.replace(case("O1"), tape=prints, days=days, sessions=sessions, as_of=at(night_s + 30))

    assert _twap(was, Prints.ALL, at(0), at(night_s + 30)).px == (10 * px("40") + 30 * px("41")) / Fraction(40)


def test_a_price_of_last_night_is_not_in_force_in_the_morning() -> None:
    """40.00 until the close; the next day's first trade, at 41.00, comes 10 s after its open."""
    night_s = 60_000
    prints = MarketTape()
    for second, price in ((-1, "40"), (night_s + 10, "41")):
        prints.add(at(second), TradePrint("XONE", "ACME", px(price), 100))
    days = ((at(-60), "20260316"), (at(night_s - 60), "20260317"))
    sessions = (CalendarDay("20260316", at(-60), at(10)), CalendarDay("20260317", at(night_s), at(night_s + 600)))
    was = msgspec.structs.replace(case("O1"), tape=prints, days=days, sessions=sessions, as_of=at(night_s + 30))

    assert _twap(was, Prints.ALL, at(-5), at(night_s + 30)).px == (11 * px("40") + 20 * px("41")) / Fraction(31)


def test_a_print_a_second_after_the_last_report_is_in_the_volume_and_a_later_one_is_not() -> None:
    was = case("O1")
    ended = [
        msgspec.structs.replace(was, record=msgspec.structs.replace(was.record, ended_at=at(second)))
        for second in (118.999, 119)
    ]

    # Trade 9, of 300 shares, printed at 120 s.
    assert [volume_interval(each).volume for each in ended] == [2_200, 2_500]


def test_shares_of_a_cross_are_no_participation() -> None:
    was = case("O1")
    first, second = was.fills
    crossed = {"E1": first, "E2": msgspec.structs.replace(second, kind=PrintKind.CROSS)}
    changed = msgspec.structs.replace(was, record=msgspec.structs.replace(was.record, fills=crossed))

    assert [participation(each, volume_interval(was)) for each in (was, changed)] == [
        Fraction(400, 2_200),
        Fraction(300, 2_200),
    ]


def test_the_close_itself_is_the_last_horizon() -> None:
    found = [after(case("O1"), at(300), horizon_s * SECOND) for horizon_s in (300, 301)]

    assert [(mark.px, mark.reason) for mark in found] == [(_quanta("40.10"), ""), (None, "lies after the close")]


@pytest.mark.parametrize(
    ("bid", "offer", "reason"),
    [
        ("40.05", "40.05", "the market was locked: bid 40.05, offer 40.05"),
        ("40.06", "40.05", "the market was crossed: bid 40.06, offer 40.05"),
    ],
)
def test_a_market_that_is_not_normal_has_no_midpoint_to_come_back_to(bid: str, offer: str, reason: str) -> None:
    said = [line for line in tape() if line[0] < at(80)] + [(at(80), quote(bid, offer), [])]
    said += [line for line in tape() if at(80) < line[0] < at(200)]

    found = {each.name: each.reason for each in reversions(case("O1", said))}

    assert found["1 min"] == reason


def test_an_order_without_fills_has_prices_but_no_slippage() -> None:
    was = case("O1", until(10))

    found = {each.name: each for each in benchmarks(was)}

    assert (found["arrival"].mark.px, found["arrival"].cost) == (_quanta("40.02"), None)
    assert {each.reason for each in reversions(was)} == {"nothing was filled"}


def test_zero_volume_is_no_participation() -> None:
    was = case("O1", until(10))

    assert participation(was, volume_interval(was)) is None


# --- identities


@given(
    trades=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 900), st.integers(1, 9_999)), min_size=1, max_size=30),
    rate=st.integers(1_000, 1_000_000),
)
def test_a_participation_weighted_price_is_the_vwap_of_shares_taken_one_by_one(
    trades: list[tuple[int, int, int]], rate: int
) -> None:
    prints = MarketTape()
    for second, qty, price in sorted(trades):
        prints.add(at(second), TradePrint("XONE", "ACME", price, qty))
    was = msgspec.structs.replace(case("O1"), tape=prints)
    shares = Fraction(400 * 1_000_000, rate)

    found = pwp(was, rate).px

    left, worth = shares, Fraction(0)
    for _, qty, price in sorted(trades):
        taken = min(left, Fraction(qty))
        left, worth = left - taken, worth + taken * price
    assert found == (None if left else worth / shares)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 900), st.integers(1, 9_999)), min_size=1, max_size=30))
def test_averages_lie_between_the_lowest_and_the_highest_price(trades: list[tuple[int, int, int]]) -> None:
    prints = MarketTape()
    for second, qty, price in sorted(trades):
        prints.add(at(second), TradePrint("XONE", "ACME", price, qty))
    was = msgspec.structs.replace(case("O1"), tape=prints)
    pxs = [price for _, _, price in trades]

    by_volume, by_time = vwap(Chosen(was, at(0), at(100)), Prints.ALL).px, _twap(was, Prints.ALL, at(0), at(100)).px

    assert by_volume is not None
    assert by_time is not None
    assert min(pxs) <= by_volume <= max(pxs)
    assert min(pxs) <= by_time <= max(pxs)


@given(
    st.lists(st.sampled_from([PrintKind.CROSS, PrintKind.LATE, PrintKind.OFF_EXCHANGE, PrintKind.CLOSING]), max_size=9)
)
def test_ineligible_prints_change_no_average(kinds: list[PrintKind]) -> None:
    was, prints = case("O1"), MarketTape()
    for trade in was.tape.prints(0, at(60)):
        prints.add(trade.at, TradePrint(trade.venue, "ACME", trade.px, trade.qty, kind=trade.kind))
    for kind in kinds:
        prints.add(at(61), TradePrint("XLIT", "ACME", 1, 1_000_000, kind=kind))

    changed = msgspec.structs.replace(was, tape=prints)

    for which in Prints:
        assert vwap(Chosen(changed, at(0), at(100)), which).px == vwap(Chosen(was, at(0), at(100)), which).px
        assert _twap(changed, which, at(0), at(100)).px == _twap(was, which, at(0), at(100)).px


def test_lengths_of_time_are_said_as_a_trader_says_them() -> None:
    lengths = [50_000_000, SECOND, 90 * SECOND, 60 * SECOND, 300 * SECOND]

    assert [horizon_name(each) for each in lengths] == ["50 ms", "1 s", "90 s", "1 min", "5 min"]


def _prices(found: tuple[Benchmark, ...]) -> dict[str, Fraction | str]:
    """Prices in currency, or why there is none."""
    return {each.name: each.mark.reason if each.mark.px is None else each.mark.px / 10_000 for each in found}


def _twap(was: Case, which: Prints, start: Ns, end: Ns) -> Mark:
    return twap(was, Chosen(was, start, end), which, end)


def _quanta(price: str) -> Fraction:
    return usd(price) * 10_000
