"""An order over three short dates, made by hand: a tape with auctions, a quote, fills by date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from router.core.events import TradePrint
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay
from router.core.types import SECOND, Ns, OrdStatus, PrintKind, Px, Qty, Side, TimeInForce
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.record import Fill, OrderRecord
from router.tca.facts.tape import MarketTape
from support.floor import OPEN, order

NIGHT: Final[Ns] = 86_400 * SECOND
SESSION: Final[Ns] = 600 * SECOND
DAYS: Final = tuple(CalendarDay(f"202603{16 + n}", OPEN + n * NIGHT, OPEN + n * NIGHT + SESSION) for n in range(3))


def on(date: int, second: float) -> Ns:
    """So many seconds after the open of a date, 0 to 2."""
    return DAYS[date].open + round(second * SECOND)


def market(opens: Sequence[Px], closes: Sequence[Px]) -> MarketTape:
    """An opening auction, a trade in the middle at the mean of both, and a closing auction on each date."""
    tape = MarketTape()
    for date, (first, last) in enumerate(zip(opens, closes, strict=True)):
        tape.add(on(date, 1), TradePrint("XLIT", "ACME", first, 100, kind=PrintKind.OPENING))
        tape.add(on(date, 300), TradePrint("XLIT", "ACME", (first + last) // 2, 1_000))
        tape.add(on(date, 599), TradePrint("XLIT", "ACME", first, 9_000))
        tape.add(on(date, 600), TradePrint("XLIT", "ACME", last, 100, kind=PrintKind.CLOSING))
    return tape


def worked(side: Side, qty: Qty, fills: Sequence[tuple[int, Px, Qty]], tape: MarketTape, dates: int = 3) -> Case:
    """An order that came at the open of the first date with the midpoint at 40.00; fills by date, at 100 s."""
    quotes = QuoteTape()
    quotes.add(Quote(on(0, 0), 399_900, 400_100))
    known = {f"E{n}": Fill(on(date, 100), f"E{n}", "XLIT", size, px) for n, (date, px, size) in enumerate(fills)}
    record = OrderRecord(
        order_id="O1",
        client="EMS44",
        cl_ord_id="A1",
        symbol="ACME",
        side=side,
        algorithm="TWAP",
        arrived_at=on(0, 2),
        start=on(0, 2),
        qty=qty,
        quantities=[(on(0, 2), qty)],
        arrival_mid2=800_000,
        status=OrdStatus.PARTIALLY_FILLED,
        cum_qty=sum(size for _, _, size in fills),
        notional=sum(px * size for _, px, size in fills),
        fills=known,
        # Done for the day after 400 s on the first two dates, at work again half an hour before the next open.
        rests=[(on(date, 400), on(date + 1, -1_800)) for date in range(min(dates, 3) - 1)],
        request=order("A1", qty=qty, tif=TimeInForce.GTC),
    )
    return Case(
        record=record,
        instrument=Instrument("ACME"),
        quotes=quotes,
        tape=tape,
        as_of=on(dates - 1, 660),
        days=tuple((day.open - 1_800 * SECOND, day.day) for day in DAYS[:dates]),
        sessions=DAYS,
    )


TAPE: Final = market(opens=(400_000, 410_000, 404_000), closes=(405_000, 408_000, 402_000))
BUY: Final = worked(Side.BUY, 600, [(0, 401_000, 100), (1, 411_000, 200)], TAPE)
