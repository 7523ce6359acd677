"""Parents with their market made by hand, as an analyst gets them, for tests of what reads a `Case`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, FeeRule, VenueProfile
from router.core.types import MILLISECOND, SECOND, LastLiquidityInd, Ns, PrintKind, Px, Qty, Reason, Side, VenueKind
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.record import Child, Fill, OrderRecord
from router.tca.facts.tape import MarketTape
from support.floor import CLOSE, DAY, OPEN

DELAY: Ns = MILLISECOND
"""Latency and jitter of every venue here: fills are heard this much after they happened."""
LIT = VenueProfile(
    "XLIT", VenueKind.LIT, "lit", fees=(FeeRule(add=-2_000, remove=3_000),), latency_ns=DELAY, latency_jitter_ns=0
)
DARK = VenueProfile(
    "XDRK", VenueKind.DARK, "dark", fees=(FeeRule(add=1_000, remove=1_000),), latency_ns=DELAY // 2,
    latency_jitter_ns=DELAY // 2, protected=False,
)  # fmt: skip


def at(seconds: float) -> Ns:
    """So long after the open."""
    return OPEN + round(seconds * SECOND)


def quotes(rows: Iterable[tuple[float, Px, Px]]) -> QuoteTape:
    """Of (seconds after the open, bid, ask)."""
    tape = QuoteTape()
    for seconds, bid, ask in rows:
        tape.add(Quote(at(seconds), bid, ask, 100, 100))
    return tape


def child(name: str, seconds: float, qty: Qty = 100, **fields: object) -> Child:
    """A child sent to XLIT as a resting order, or with the fields given."""
    plain = {"at": at(seconds), "child_id": name, "venue": "XLIT", "qty": qty, "reason": Reason.PASSIVE_POST}
    return Child(**(plain | fields))  # type: ignore[arg-type]  # a test's keywords


def fill(name: str, seconds: float, px: Px, of: Child, qty: Qty = 100, *, gave: bool = True) -> Fill:
    """A trade of a child, heard so long after the open."""
    return Fill(
        at=at(seconds),
        exec_id=name,
        venue=of.venue,
        qty=qty,
        px=px,
        liquidity=LastLiquidityInd.ADDED if gave else LastLiquidityInd.REMOVED,
        kind=PrintKind.DARK if of.venue == "XDRK" else PrintKind.REGULAR,
        reason=of.reason,
        child_id=of.child_id,
    )


def case(
    market: QuoteTape,
    children: Sequence[Child] = (),
    fills: Sequence[Fill] = (),
    *,
    side: Side = Side.BUY,
    arrival: tuple[Px, Px] | None = None,
    as_of: Ns = CLOSE,
    tape: MarketTape | None = None,
    instrument: Instrument | None = None,
    order_id: str = "O1",
) -> Case:
    """A parent of those children and fills, in that market."""
    instrument = instrument or Instrument("ACME")
    record = OrderRecord(
        order_id=order_id,
        client="EMS44",
        cl_ord_id=order_id,
        symbol=instrument.symbol,
        side=side,
        algorithm="VWAP",
        arrived_at=OPEN,
        start=OPEN,
        qty=sum(each.qty for each in fills) or 100,
        cum_qty=sum(each.qty for each in fills),
        notional=sum(each.qty * each.px for each in fills),
        arrival_mid2=None if arrival is None else sum(arrival),
        children=list(children),
        fills={each.exec_id: each for each in fills},
    )
    return Case(
        record=record,
        instrument=instrument,
        quotes=market,
        tape=tape or MarketTape(),
        as_of=as_of,
        days=((OPEN - SECOND, DAY),),
        venues={"XLIT": LIT, "XDRK": DARK},
        sessions=(CalendarDay(DAY, OPEN, CLOSE),),
    )
