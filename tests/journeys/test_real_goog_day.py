"""GOOG, NASDAQ, 2012-06-21: a recorded day order by order, traded over FIX by a client that sees nothing else.

`sluice run` in one process at full speed, the client here. Its orders go out during the market's day, by the market's
clock; in the end its books, the journal and the replayed engine must say the same.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from fixspec.values import parse_utc_timestamp
from router.core.types import SECOND, Ns, OrdStatus
from support.ems import Change, Day, Order, finish, start_sluice, trade_day
from support.recorded_home import recorded_home

pytestmark = [pytest.mark.real_data, pytest.mark.fix, pytest.mark.slow, pytest.mark.untraced, pytest.mark.timeout(400)]

MESSAGES = "orderflow/GOOG_2012-06-21_34200000_57600000_message_10.csv.xz"
BARS = "bars/lean_minute_trade.csv.xz"
ADV = 700_000
"""What this venue traded that day, 706,125 shares: it is the whole market here."""


def ny(hour: int, minute: int) -> Ns:
    """A time of that day in New York (UTC-4 in June)."""
    return parse_utc_timestamp(f"20120621-{hour + 4:02d}:{minute:02d}:00", 60)


def params(**pairs: str) -> tuple[tuple[str, str], ...]:
    return tuple(pairs.items())


COMPLETE = params(Completion="Complete")
URGENT = params(Completion="Complete", Urgency="High")
PATIENT = params(Completion="Complete", Urgency="Low")
TENTH = params(ParticipationRate="0.1")
POV_WINDOW = (ny(10, 15), ny(13, 0))
TWAP_AMENDED = Order("TWAP-AMENDED", ny(10, 0), "GOOG", "sell", 3_000, "TWAP", (ny(10, 0), ny(14, 0)), COMPLETE)
VWAP_CANCELLED = Order("VWAP-CANCELLED", ny(10, 30), "GOOG", "buy", 6_000, "VWAP", (ny(10, 30), ny(15, 45)))
STEPS: tuple[Order | Change, ...] = (
    Order("VWAP-ALL-DAY", ny(9, 31), "GOOG", "buy", 12_000, "VWAP", (ny(9, 32), ny(15, 55)), COMPLETE),
    Order("TWAP-ALL-DAY", ny(9, 31), "GOOG", "sell", 9_000, "TWAP", (ny(9, 35), ny(15, 50)), COMPLETE),
    Order("NOW-BUY", ny(9, 45), "GOOG", "buy", 300),
    Order("IS-URGENT", ny(9, 50), "GOOG", "buy", 2_500, "IS", (ny(10, 0), ny(12, 0)), URGENT),
    TWAP_AMENDED,
    Order("POV-BUY", ny(10, 15), "GOOG", "buy", 20_000, "POV", POV_WINDOW, params(ParticipationRate="0.05")),
    VWAP_CANCELLED,
    Order("NOW-SELL-LIMIT", ny(10, 45), "GOOG", "sell", 500, px="560.00"),
    Change("TWAP-AMENDED-2", ny(11, 0), TWAP_AMENDED, 2_000),
    Order("DMA-TAKE", ny(11, 15), "GOOG", "buy", 200, px="585.00", destination="XLIT", tif="3"),
    Order("DMA-REST", ny(11, 30), "GOOG", "buy", 100, px="540.00", destination="XLIT"),
    Order("POV-SELL", ny(11, 45), "GOOG", "sell", 3_000, "POV", (ny(12, 0), ny(15, 0)), TENTH),
    Change("VWAP-CANCELLED-2", ny(12, 0), VWAP_CANCELLED),
    Order("FAT-FINGER", ny(12, 15), "GOOG", "buy", 100, px="700.00"),
    Order("IS-PATIENT", ny(12, 30), "GOOG", "sell", 2_000, "IS", (ny(12, 45), ny(15, 30)), PATIENT),
    Order("VWAP-AFTERNOON", ny(13, 0), "GOOG", "sell", 3_000, "VWAP", (ny(13, 30), ny(15, 45)), COMPLETE),
)
ENDS = {
    "VWAP-ALL-DAY": OrdStatus.FILLED,
    "TWAP-ALL-DAY": OrdStatus.FILLED,
    "NOW-BUY": OrdStatus.FILLED,
    "IS-URGENT": OrdStatus.FILLED,
    "TWAP-AMENDED": OrdStatus.FILLED,
    "POV-BUY": OrdStatus.DONE_FOR_DAY,
    "VWAP-CANCELLED": OrdStatus.CANCELED,
    "NOW-SELL-LIMIT": OrdStatus.FILLED,
    "DMA-TAKE": OrdStatus.FILLED,
    "DMA-REST": OrdStatus.DONE_FOR_DAY,
    "POV-SELL": OrdStatus.FILLED,
    "FAT-FINGER": OrdStatus.REJECTED,
    "IS-PATIENT": OrdStatus.FILLED,
    "VWAP-AFTERNOON": OrdStatus.FILLED,
}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, real_data_dir: Path) -> Day:
    """The day, traded once for all tests of this file."""
    folder = tmp_path_factory.mktemp("goog")
    recorded_home(folder / "home", {"GOOG": ADV})
    finish(start_sluice("curves", str(real_data_dir / BARS), "--out", str(folder / "home" / "curves.toml")))
    traded = trade_day(folder, f"lobster:{real_data_dir / MESSAGES}", STEPS)
    print(f"\nGOOG 2012-06-21: {traded.figures()}")
    return traded


def test_every_order_ends_as_it_should(day: Day) -> None:
    ends = {book.reports[0].get(11): OrdStatus(book.last.get(39)) for book in day.ems.books.values()}

    assert ends == ENDS
    assert day.ems.refused == []
    assert day.ems.troubles == []
    assert day.exit_status == 0


def test_the_books_kept_from_reports_alone_agree_with_the_journal(day: Day) -> None:
    assert day.heard() == day.journaled()


def test_every_report_s_sums_follow_from_the_trades_before_it(day: Day) -> None:
    for book in day.ems.books.values():
        cum = 0
        for report in book.reports:
            cum += int(report.get(32)) if report.get(150) == "F" else 0
            assert int(report.get(14)) == cum, report
            assert int(report.get(151)) in {0, int(report.get(38)) - cum}, report


def test_no_order_trades_outside_its_window_or_beyond_its_limit(day: Day) -> None:
    for step in STEPS:
        if not isinstance(step, Order) or not day.ems.book(step.cl_ord_id).qty:
            continue
        book = day.ems.book(step.cl_ord_id)
        first, last = book.traded_between
        start, end = step.window or (step.at, ny(16, 0))
        assert start <= first <= last <= end + SECOND, step
        prices = [Decimal(report.get(31)) for report in book.reports if report.get(150) == "F"]
        if step.px:
            assert max(prices) <= Decimal(step.px) if step.side == "buy" else min(prices) >= Decimal(step.px)


def test_an_amended_order_stops_at_its_new_quantity(day: Day) -> None:
    book = day.ems.book("TWAP-AMENDED")

    assert [report.get(11) for report in book.reports if report.get(150) == "5"] == ["TWAP-AMENDED-2"]
    assert (book.last.get(38), book.qty) == ("2000", 2_000)


def test_a_participation_order_keeps_its_share_of_the_recorded_volume(day: Day) -> None:
    """5 % of what the tape printed from 10:15 to 13:00, its own trades included."""
    book = day.ems.book("POV-BUY")
    volume = day.recorder.tapes["GOOG"].between(*POV_WINDOW).volume

    print(f"POV-BUY: {book.qty:,} of {volume:,} shares, {book.qty / volume:.2%}")
    assert 0.04 < book.qty / volume <= 0.051


def test_the_journal_replays_byte_for_byte_in_another_hash_seed_and_makes_a_report(day: Day, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    # In processes of their own, at the same time: together they take as long as the replay alone.
    commands = [start_sluice("replay", str(day.state)), start_sluice("tca", str(day.state), "--html", str(page))]

    replayed, reported = (finish(command) for command in commands)

    assert "the same, byte for byte" in replayed
    assert f"{len(ENDS)} parent orders" in reported
    named = Counter(name for name in ENDS if f"{name}<" in page.read_text())
    assert sorted(named) == sorted(ENDS)
