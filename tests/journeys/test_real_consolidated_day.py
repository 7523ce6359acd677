"""IBM and BAC, 2013-10-07: recorded trades and national best quotes over three lit venues, traded over FIX."""

from __future__ import annotations

import lzma
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fixspec.values import parse_utc_timestamp
from router.core.types import Ns
from router.market.tape import PRINT_RULES
from simulator.feeds.lean import read_trades
from support.ems import Day, Order, finish, start_sluice, trade_day
from support.recorded_home import recorded_home

pytestmark = [pytest.mark.real_data, pytest.mark.fix, pytest.mark.slow, pytest.mark.untraced, pytest.mark.timeout(400)]

DAY = date(2013, 10, 7)
SYMBOLS = ("IBM", "BAC")
LIT = {"XLIT", "XALT", "XINV"}
ADV = {"IBM": 4_000_000, "BAC": 75_000_000}
"""Of the days around, as the daily bars have them."""


def ny(hour: int, minute: int) -> Ns:
    """A time of that day in New York (UTC-4 in October)."""
    return parse_utc_timestamp(f"20131007-{hour + 4:02d}:{minute:02d}:00", 60)


COMPLETE = (("Completion", "Complete"),)
STEPS = (
    Order("IBM-VWAP", ny(9, 31), "IBM", "buy", 30_000, "VWAP", (ny(9, 40), ny(15, 50)), COMPLETE),
    Order("IBM-TWAP", ny(10, 0), "IBM", "sell", 12_000, "TWAP", (ny(10, 30), ny(14, 30)), COMPLETE),
    Order("IBM-POV", ny(11, 0), "IBM", "buy", 5_000, "POV", (ny(11, 30), ny(15, 30)), (("ParticipationRate", "0.05"),)),
    Order("BAC-VWAP", ny(9, 31), "BAC", "sell", 300_000, "VWAP", (ny(9, 40), ny(15, 50)), COMPLETE),
    Order("BAC-IS", ny(10, 30), "BAC", "buy", 100_000, "IS", (ny(11, 0), ny(15, 0)), COMPLETE),
    Order("BAC-NOW", ny(12, 0), "BAC", "buy", 5_000),
)

ALGORITHMIC = [order for order in STEPS if order.strategy]
BPS_MAX = {"VWAP": 10, "TWAP": 20, "POV": 10, "IS": 30}
"""How far from the VWAP is sane, in bps: a tick of BAC (7) and some for what is measured by it, more for others."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, real_data_dir: Path) -> Day:
    """The day, traded once for all tests of this file, with curves from the days around it."""
    folder = tmp_path_factory.mktemp("consolidated")
    recorded_home(folder / "home", ADV)
    bars = folder / "bars.csv"
    write_other_days(real_data_dir / "bars" / "lean_minute_trade.csv.xz", bars)
    finish(start_sluice("curves", str(bars), "--out", str(folder / "home" / "curves.toml")))
    tapes = real_data_dir / "consolidated"
    traded = trade_day(folder, "+".join(f"consolidated:{tapes}:{symbol}:{DAY}" for symbol in SYMBOLS), STEPS)
    print(f"\nIBM and BAC {DAY}: {traded.figures()}")
    return traded


def write_other_days(bars: Path, copy: Path) -> None:
    """The bars but for the day that is traded: a curve that knows its own day would prove nothing."""
    with lzma.open(bars, "rt") as lines:
        copy.write_text("".join(line for line in lines if line.split(",")[1] != f"{DAY:%Y%m%d}"))


def recorded_vwap(real_data_dir: Path, symbol: str, start: Ns, end: Ns) -> Decimal:
    """Of the recorded trades in between, without us."""
    money = volume = 0
    for trade in read_trades(real_data_dir / "consolidated" / f"{symbol.lower()}_{DAY:%Y%m%d}_trade.csv.xz"):
        if start <= trade.at <= end and PRINT_RULES[trade.kind].eligible:
            money += trade.px * trade.qty
            volume += trade.qty
    return Decimal(money) / volume / 10_000


def test_every_order_is_filled(day: Day) -> None:
    ends = {book.reports[0].get(11): (book.last.get(39), book.qty) for book in day.ems.books.values()}

    assert ends == {order.cl_ord_id: ("2", order.qty) for order in STEPS}
    assert day.ems.refused == []
    assert day.exit_status == 0


def test_the_books_kept_from_reports_alone_agree_with_the_journal(day: Day) -> None:
    assert day.heard() == day.journaled()


@pytest.mark.parametrize("order", ALGORITHMIC, ids=lambda order: order.cl_ord_id)
def test_an_algorithm_s_fills_come_from_every_lit_venue(day: Day, order: Order) -> None:
    assert day.ems.book(order.cl_ord_id).markets >= LIT


@pytest.mark.parametrize("order", ALGORITHMIC, ids=lambda order: order.cl_ord_id)
def test_the_average_price_is_near_the_recorded_vwap(day: Day, real_data_dir: Path, order: Order) -> None:
    """The VWAP of what history printed from the order's start to its last trade: no print of ours is in it."""
    assert order.window
    book = day.ems.book(order.cl_ord_id)
    wanted = recorded_vwap(real_data_dir, order.symbol, order.window[0], book.traded_between[1])

    cost_bps = (book.average_px / wanted - 1) * 10_000 * (1 if order.side == "buy" else -1)

    print(f"{order.cl_ord_id}: {cost_bps:+.2f} bps to the recorded VWAP {wanted:.4f}")
    assert abs(cost_bps) < BPS_MAX[str(order.strategy)]


def test_the_journal_replays_byte_for_byte_in_another_hash_seed_and_makes_a_report(day: Day, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    commands = [start_sluice("replay", str(day.state)), start_sluice("tca", str(day.state), "--html", str(page))]

    replayed, reported = (finish(command) for command in commands)

    assert "the same, byte for byte" in replayed
    assert f"{len(STEPS)} parent orders" in reported
    assert [order.cl_ord_id for order in STEPS if f"{order.cl_ord_id}<" not in page.read_text()] == []
