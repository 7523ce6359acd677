"""Files of three kinds as one market, traded over FIX: PITCH, a crypto exchange's orders, and minute bars.

The files are written here, from a synthetic market's own orders, so that nothing recorded is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from fixspec.values import parse_utc_timestamp
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay
from router.core.types import MILLISECOND, SECOND, Ns
from simulator.feeds.crypto import HEADER
from simulator.feeds.orders import Kind, Message
from simulator.recording import record
from simulator.synthetic import SyntheticSource
from simulator.synthetic_params import SyntheticParams
from support.ems import Day, Order, finish, start_sluice, trade_day
from support.recorded_home import recorded_home

pytestmark = [pytest.mark.fix, pytest.mark.slow, pytest.mark.timeout(400)]

MIDNIGHT = parse_utc_timestamp("20130610-04:00:00", 60)
OPEN = MIDNIGHT + 34_200 * SECOND
SESSION = CalendarDay("20130610", OPEN, OPEN + 900 * SECOND)
UNITS = 10**6
"""A hundredth of a coin, in the crypto file's units of 10^-8: its round lot here."""
BITCOIN = """
[[ticks.coin]]
bands = [{ from_px = "0", tick = "0.0000000001" }]

[[instruments]]
symbol = "BTCUSD"
calendar = "XNYS"
ticks = "coin"
price_scale = 10_000_000_000
lots = [{ round_lot = 1_000_000 }]
"""


def minute(number: int) -> Ns:
    return OPEN + number * 60 * SECOND


COMPLETE = (("Completion", "Complete"),)
WINDOW = (minute(2), minute(12))
STEPS = (
    Order("PITCH-TWAP", minute(1), "ACME", "buy", 2_000, "TWAP", WINDOW, COMPLETE),
    Order("CRYPTO-TWAP", minute(1), "BTCUSD", "sell", 1_500 * UNITS, "TWAP", WINDOW, COMPLETE),
    Order("BARS-TWAP", minute(1), "BOLT", "buy", 3_000, "TWAP", WINDOW, COMPLETE),
    Order("BARS-NOW", minute(4), "BOLT", "sell", 400),
)


def messages(symbol: str, seed: int) -> Iterator[Message]:
    """A synthetic quarter of an hour of one lit book."""
    params = SyntheticParams(events_per_second=8.0)
    return record(SyntheticSource(Instrument(symbol), ("XLIT",), params, SESSION, seed), ("XLIT",), "XLIT")


def pitch_rows() -> Iterator[str]:
    for message in messages("ACME", 1):
        oid, side = f"{message.oid:012}", "B" if message.is_bid else "S"
        head, qty, px = f"S{(message.at - MIDNIGHT) // MILLISECOND:08}", f"{message.qty:06}", f"{message.px:010}"
        if message.kind == Kind.ADD:
            yield f"{head}A{oid}{side}{qty}ACME  {px}Y"
        elif message.kind in {Kind.REDUCE, Kind.DELETE}:
            yield f"{head}X{oid}{qty}"
        elif message.kind == Kind.EXECUTE:
            yield f"{head}E{oid}{qty}000000000001"
        elif message.kind == Kind.EXECUTE_HIDDEN:
            yield f"{head}P{oid}{side}{qty}ACME  {px}000000000001"


def crypto_rows() -> Iterator[str]:
    yield HEADER
    left: dict[int, int] = {}
    for message in messages("BTCUSD", 2):
        oid, side, ms = message.oid, "bid" if message.is_bid else "ask", message.at // MILLISECOND
        if message.kind == Kind.ADD:
            left[oid] = message.qty
            yield f"{oid},{ms},0,{message.px / 10_000:.2f},{message.qty * UNITS},created,{side}"
        elif message.kind <= Kind.EXECUTE:
            left[oid] -= message.qty
            # What is withdrawn leaves the book with the volume that it has left; what is filled, with nothing.
            volume = message.qty if message.kind == Kind.DELETE else left[oid]
            action = "changed" if left[oid] else "deleted"
            yield f"{oid},{ms},0,{message.px / 10_000:.2f},{volume * UNITS},{action},{side}"


def bar_rows() -> Iterator[str]:
    rng, px = Random(3), 180_000
    for number in range(16):
        prices = [px, *(px + rng.randint(-5, 5) * 100 for _ in range(3))]
        ms = 34_200_000 + number * 60_000
        yield f"BOLT,20130610,{ms},{px},{max(prices)},{min(prices)},{prices[-1]},{rng.randint(5_000, 40_000)}"
        px = prices[-1]


def home(folder: Path) -> None:
    """Settings that know the coin: its instrument, and sizes and fees that are not a share's."""
    recorded_home(folder, {})
    (folder / "instruments.toml").write_text((folder / "instruments.toml").read_text() + BITCOIN)
    for name, pattern, text in (
        ("risk.toml", r"^max_qty = .*$", "max_qty = 1_000_000_000_000"),
        ("venues.toml", r"^fees = .*$", ""),
    ):
        changed, times = re.subn(pattern, text, (folder / name).read_text(), flags=re.MULTILINE)
        assert times, (name, pattern)
        (folder / name).write_text(changed)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The quarter of an hour, traded once for all tests of this file."""
    folder = tmp_path_factory.mktemp("feeds")
    home(folder / "home")
    for name, rows in (("pitch.txt", pitch_rows()), ("orders.csv", crypto_rows()), ("bars.csv", bar_rows())):
        (folder / name).write_text("".join(f"{row}\n" for row in rows))
    market = f"bars:{folder}/bars.csv:BOLT:20130610+pitch:{folder}/pitch.txt:ACME+crypto:{folder}/orders.csv:BTCUSD"
    traded = trade_day(folder, market, STEPS)
    print(f"\nthree files: {traded.figures()}")
    return traded


def test_every_order_is_worked_to_its_end(day: Day) -> None:
    ends = {book.reports[0].get(11): (book.last.get(39), book.qty) for book in day.ems.books.values()}

    assert ends == {order.cl_ord_id: ("2", order.qty) for order in STEPS}
    assert day.ems.refused == []
    assert day.exit_status == 0


def test_the_books_kept_from_reports_alone_agree_with_the_journal(day: Day) -> None:
    heard = {line.cl_ord_id: line for line in day.heard().values()}
    journaled = {line.cl_ord_id: line for line in day.journaled().values()}

    coin, coin_journaled = heard.pop("CRYPTO-TWAP"), journaled.pop("CRYPTO-TWAP")
    assert heard == journaled
    # The journal's account here reckons in 10^-4; the coin's prices are in 10^-10.
    qty, money = coin_journaled.traded
    assert coin.traded == (qty, money / 10**6)


def test_the_settings_check_and_the_journal_replays_byte_for_byte(day: Day) -> None:
    commands = [
        start_sluice("replay", str(day.state)),
        start_sluice("check", "--config", str(day.state.parent / "home")),
    ]

    replayed, checked = (finish(command) for command in commands)

    assert "the same, byte for byte" in replayed
    assert "instrument.BTCUSD.price_scale = 10000000000" in checked
