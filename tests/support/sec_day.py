"""A journal made by hand for the SEC's files, small enough to reckon every column on paper.

Prices in quanta of 10^-4, times from `T0`. XLIT shows 40.00 to 40.02 until `T0` + 200 s, then 40.02 to 40.04. O1 buys
by VWAP through seven children of every kind, O2 sells at the market (a fill busted, one corrected), O3 and O4 are sent
to the client's venue not held (one rejected there, one left open), O5 is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from router.core.events import (
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    DayStart,
    Event,
    FirmUpRequest,
    Genesis,
    LevelUpdate,
    NewOrder,
    PhaseChange,
    TradePrint,
)
from router.core.outputs import Candidate, Decision, ExecReport, Note, Output, SendChild
from router.core.profiles import CalendarDay
from router.core.types import (
    MILLISECOND,
    SECOND,
    ExecType,
    LastLiquidityInd,
    Ns,
    OrdStatus,
    OrdType,
    Peg,
    Phase,
    PrintKind,
    Px,
    Qty,
    Reason,
    Side,
    TimeInForce,
)
from support.floor import DAY, OPEN, engine_config
from support.tca_day import Said

NEXT_DAY, NEXT_OPEN = "20260415", OPEN + 30 * 86_400 * SECOND
T0: Ns = OPEN + 600 * SECOND
ADDED, REMOVED = LastLiquidityInd.ADDED, LastLiquidityInd.REMOVED
ORDERS = {
    "O1": ("A1", Side.BUY, 3_000, "VWAP"),
    "O2": ("A2", Side.SELL, 600, "SOR"),
    "O3": ("A3", Side.BUY, 100, "DMA"),
    "O4": ("A4", Side.BUY, 100, "DMA"),
}
SENT: dict[str, dict[str, object]] = {
    "C1": {"venue": "XLIT", "qty": 500, "px": 400_200, "tif": TimeInForce.IOC},
    "C2": {"venue": "XLIT", "qty": 400, "px": 400_000},
    "C3": {"venue": "XALT", "qty": 500, "px": 399_500},
    "C4": {"venue": "XALT", "qty": 200, "px": 398_500},
    "C5": {"venue": "XDRK", "qty": 300, "ord_type": OrdType.PEGGED, "peg": Peg.MID},
    "C6": {"venue": "XBLK", "qty": 1_000, "conditional": True},
    "C7": {"venue": "XALT", "qty": 50, "px": 400_200, "tif": TimeInForce.IOC},
    "C8": {"venue": "XALT", "qty": 600, "ord_type": OrdType.MARKET, "tif": TimeInForce.IOC},
    "C9": {"venue": "XALT", "qty": 100, "px": 400_000},
    "C10": {"venue": "XALT", "qty": 100, "px": 400_000},
}


def sec_day() -> list[Said]:
    """Every input with its outputs."""
    book = _Books()
    return [
        (OPEN, Genesis("T1", msgspec.json.encode(engine_config()).decode(), "by hand"), []),
        (OPEN, DayStart(DAY), []),
        (OPEN, PhaseChange("ACME", Phase.CONTINUOUS), []),
        *((OPEN + SECOND, quote, []) for quote in _quotes(400_000, 400_200)),
        (T0, _order("O1"), [*_arrival("O1"), _new("O1")]),
        (T0 + SECOND, _tick(), _sent("O1", "C1")),
        (T0 + SECOND + 2 * MILLISECOND, *book.fill("O1", "C1", "E1", 300, 400_100, REMOVED)),
        (T0 + SECOND + 4 * MILLISECOND, *book.fill("O1", "C1", "E2", 200, 400_200, REMOVED)),
        (T0 + 10 * SECOND, _tick(), _sent("O1", "C2")),
        (T0 + 10 * SECOND, ChildAccepted("XLIT", "C2", "V2"), []),
        (T0 + 15 * SECOND, *book.fill("O1", "C2", "E3", 100, 400_000, ADDED)),
        (T0 + 20 * SECOND, _tick(), _sent("O1", "C3")),
        (T0 + 21 * SECOND, _tick(), _sent("O1", "C4")),
        (T0 + 22 * SECOND, _tick(), _sent("O1", "C5", "C6", "C7")),
        (T0 + 22 * SECOND + MILLISECOND, *book.fill("O1", "C7", "E4", 50, 400_200, REMOVED)),
        (T0 + 23 * SECOND, *book.fill("O1", "C5", "E5", 300, 400_100, ADDED, PrintKind.DARK)),
        (T0 + 24 * SECOND, FirmUpRequest("XBLK", "C6", "F1", 1_000, T0 + 25 * SECOND), []),
        (T0 + 30 * SECOND, ChildReplaced("XLIT", "C2", "R1", 300, 400_100), []),
        (T0 + 75 * SECOND, *book.fill("O1", "C2", "E6", 200, 400_100, ADDED)),
        (T0 + 100 * SECOND, ChildCanceled("XALT", "C3"), []),
        (T0 + 100 * SECOND, ChildCanceled("XALT", "C4"), []),
        (T0 + 120 * SECOND, _order("O2"), [*_arrival("O2"), _new("O2")]),
        (T0 + 120 * SECOND, _tick(), _sent("O2", "C8")),
        (T0 + 120 * SECOND + 10 * MILLISECOND, *book.fill("O2", "C8", "E7", 400, 399_900, REMOVED)),
        (T0 + 120 * SECOND + 20 * MILLISECOND, *book.fill("O2", "C8", "E8", 200, 400_000, REMOVED)),
        (T0 + 130 * SECOND, ChildBusted("XALT", "C8", "X8", "E8"), [book.bust("O2", "E9", "E8", 200, 400_000)]),
        (
            T0 + 131 * SECOND,
            ChildCorrected("XALT", "C8", "X7", "E7", 400, 399_800),
            [book.correct("O2", "E10", "E7", 400, 399_900, 399_800)],
        ),
        (T0 + 140 * SECOND, _order("O3"), [*_arrival("O3"), _child("O3", "C9")]),
        (T0 + 141 * SECOND, ChildRejected("XALT", "C9", "no"), [_report("O3", ExecType.REJECTED, OrdStatus.REJECTED)]),
        (T0 + 145 * SECOND, _order("O4"), [*_arrival("O4"), _child("O4", "C10")]),
        (T0 + 145 * SECOND, ChildAccepted("XALT", "C10", "V10"), [_new("O4")]),
        (T0 + 150 * SECOND, _refused_order(), [_refusal()]),
        *((T0 + 200 * SECOND, quote, []) for quote in _quotes(400_200, 400_400)),
        (T0 + 500 * SECOND, _tick(), []),
    ]


def two_days() -> list[Said]:
    """`sec_day`, and a month later O4's child, open all the while, buys its 100 at 40.00; XLIT shows 39.99 to 40.01."""
    config = engine_config()
    days = (*config.calendars["XNYS"], CalendarDay(NEXT_DAY, NEXT_OPEN, NEXT_OPEN + 23_400 * SECOND))
    genesis = Genesis("T1", msgspec.json.encode(replace(config, calendars={"XNYS": days})).decode(), "by hand")
    at = NEXT_OPEN + 60 * SECOND
    return [
        (OPEN, genesis, []),
        *sec_day()[1:],
        (NEXT_OPEN, DayStart(NEXT_DAY), []),
        (NEXT_OPEN, PhaseChange("ACME", Phase.CONTINUOUS), []),
        (NEXT_OPEN, LevelUpdate("XLIT", "ACME", is_bid=True, px=399_900, qty=500), []),
        (NEXT_OPEN, LevelUpdate("XLIT", "ACME", is_bid=False, px=400_100, qty=500), []),
        (at, *_Books().fill("O4", "C10", "E20", 100, 400_000, ADDED)),
        (at + 301 * SECOND, _tick(), []),
    ]


def november_day() -> list[Said]:
    """`sec_day` on 16 November 2026 with prints, a bid of 39.95 from 60 s to 80 s, and a halt from 119 s on."""
    config = engine_config()
    (day,) = config.calendars["XNYS"]
    later = replace(config, calendars={"XNYS": (replace(day, day="20261116"),)})
    fallen = [LevelUpdate("XLIT", "ACME", True, px, qty) for px, qty in ((399_500, 700), (400_000, 0))]
    prints = [
        (12, TradePrint("XLIT", "ACME", 400_000, 100)),
        (65, TradePrint("XALT", "ACME", 399_400, 50)),
        (66, TradePrint("XDRK", "ACME", 399_500, 70, kind=PrintKind.DARK)),
        (67, TradePrint("XLIT", "ACME", 399_500, 30, kind=PrintKind.LATE)),
    ]
    more: list[Said] = [
        *((T0 + 60 * SECOND, event, []) for event in fallen),
        *((T0 + seconds * SECOND, event, []) for seconds, event in prints),
        (T0 + 80 * SECOND, LevelUpdate("XLIT", "ACME", True, 400_000, 800), []),
        (T0 + 119 * SECOND, PhaseChange("ACME", Phase.HALTED), []),
    ]
    genesis = Genesis("T1", msgspec.json.encode(later).decode(), "by hand")
    said: list[Said] = [(OPEN, genesis, []), (OPEN, DayStart("20261116"), []), *sec_day()[2:], *more]
    return sorted(said, key=lambda each: each[0])


class _Books:
    """Keeps the parents' sums, so that reports carry CumQty(14) and the notional."""

    def __init__(self) -> None:
        self.sums = dict.fromkeys(ORDERS, (0, 0))

    def _add(self, order_id: str, qty: Qty, notional: int) -> dict[str, object]:
        had, worth = self.sums[order_id]
        self.sums[order_id] = had + qty, worth + notional
        return {"cum_qty": had + qty, "notional": worth + notional}

    def fill(
        self,
        order_id: str,
        child_id: str,
        exec_id: str,
        qty: Qty,
        px: Px,
        liquidity: LastLiquidityInd,
        kind: PrintKind = PrintKind.REGULAR,
    ) -> tuple[Event, Sequence[Output]]:
        """The venue's report of a trade, and what the engine says to it."""
        venue = str(SENT[child_id]["venue"])
        heard = ChildFilled(
            venue=venue, child_id=child_id, exec_id=exec_id, qty=qty, px=px, liquidity=liquidity, kind=kind
        )
        told = _report(
            order_id,
            ExecType.TRADE,
            OrdStatus.PARTIALLY_FILLED,
            **self._add(order_id, qty, qty * px),
            exec_id=exec_id,
            last_qty=qty,
            last_px=px,
            last_mkt=venue,
            last_liquidity=liquidity,
        )
        data = {"child": child_id, "venue": venue, "kind": kind.value, "reason": Reason.SCHEDULE.value}
        return heard, [told, Note(order_id=order_id, what="fill", data=tuple(data.items()))]

    def bust(self, order_id: str, exec_id: str, taken_back: str, qty: Qty, px: Px) -> Output:
        sums = self._add(order_id, -qty, -qty * px)
        return _report(
            order_id,
            ExecType.TRADE_CANCEL,
            OrdStatus.PARTIALLY_FILLED,
            **sums,
            exec_id=exec_id,
            exec_ref_id=taken_back,
            last_qty=qty,
            last_px=px,
        )

    def correct(self, order_id: str, exec_id: str, wrong: str, qty: Qty, was: Px, px: Px) -> Output:
        sums = self._add(order_id, 0, qty * (px - was))
        return _report(
            order_id,
            ExecType.TRADE_CORRECT,
            OrdStatus.PARTIALLY_FILLED,
            **sums,
            exec_id=exec_id,
            exec_ref_id=wrong,
            last_qty=qty,
            last_px=px,
        )


# --- words


def _quotes(bid: Px, ask: Px) -> list[Event]:
    """XLIT's book, whole: the old level goes as the new one comes."""
    old = [(True, 400_000), (False, 400_200)] if bid != 400_000 else []
    gone: list[Event] = [LevelUpdate("XLIT", "ACME", is_bid, px, 0) for is_bid, px in reversed(old)]
    return [
        *gone[:1],
        LevelUpdate("XLIT", "ACME", is_bid=False, px=ask, qty=900),
        LevelUpdate("XLIT", "ACME", is_bid=True, px=bid, qty=800),
        *gone[1:],
    ]


def _tick() -> Event:
    """An input that changes nothing: a level far from the market, said again."""
    return LevelUpdate("XALT", "ACME", is_bid=True, px=300_000, qty=100)


def _order(order_id: str) -> NewOrder:
    cl_ord_id, side, qty, algorithm = ORDERS[order_id]
    direct = algorithm == "DMA"
    return NewOrder(
        client="EMS44",
        cl_ord_id=cl_ord_id,
        symbol="ACME",
        side=side,
        qty=qty,
        ord_type=OrdType.LIMIT if direct else OrdType.MARKET,
        px=400_000 if direct else None,
        strategy="VWAP" if algorithm == "VWAP" else None,
        ex_destination="XALT" if direct else None,
        exec_inst="1" if direct else "",
    )


def _arrival(order_id: str) -> list[Output]:
    cl_ord_id, _, _, algorithm = ORDERS[order_id]
    data = {"algorithm": algorithm, "client": "EMS44", "cl_ord_id": cl_ord_id, "bid": "400000", "ask": "400200"}
    times = {"start": str(T0), "end": str(T0 + 300 * SECOND)}
    return [Note(order_id=order_id, what="arrival", data=tuple((data | times).items()))]


def _report(order_id: str, exec_type: ExecType, status: OrdStatus, **fields: object) -> ExecReport:
    cl_ord_id, side, qty, _ = ORDERS[order_id]
    plain: dict[str, object] = {
        "client": "EMS44",
        "order_id": order_id,
        "exec_id": f"{order_id}-{exec_type.value}",
        "exec_type": exec_type,
        "ord_status": status,
        "cl_ord_id": cl_ord_id,
        "symbol": "ACME",
        "side": side,
        "qty": qty,
        "ord_type": OrdType.MARKET,
        "transact_time": 0,
    }
    return ExecReport(**(plain | fields))  # type: ignore[arg-type]  # a test's keywords


def _new(order_id: str) -> ExecReport:
    return _report(order_id, ExecType.NEW, OrdStatus.NEW)


def _child(order_id: str, child_id: str) -> SendChild:
    reason = Reason.DIRECT if ORDERS[order_id][3] == "DMA" else Reason.SCHEDULE
    plain: dict[str, object] = {
        "child_id": child_id,
        "symbol": "ACME",
        "side": ORDERS[order_id][1],
        "ord_type": OrdType.LIMIT,
        "reason": reason,
    }
    return SendChild(**(plain | SENT[child_id]))  # type: ignore[arg-type]  # a test's keywords


def _sent(order_id: str, *child_ids: str) -> list[Output]:
    sends = [_child(order_id, child_id) for child_id in child_ids]
    lost = Candidate(
        "XINV", 100, 400_200, 400_500_000.0, "net price in micros per share", "dearer by 0.0003 <after fees>"
    )
    decision = Decision(
        order_id=order_id,
        slice_id=1,
        reason=Reason.SCHEDULE,
        qty=sum(send.qty for send in sends),
        bid=400_000,
        ask=400_200,
        child_ids=child_ids,
        candidates=(*(Candidate(send.venue, send.qty, send.px, 0.0, "seconds") for send in sends), lost),
    )
    return [*sends, decision]


def _refused_order() -> NewOrder:
    return NewOrder(
        client="EMS44", cl_ord_id="A5", symbol="ACME", side=Side.BUY, qty=2_000_000, ord_type=OrdType.MARKET
    )


def _refusal() -> ExecReport:
    return ExecReport(
        client="EMS44",
        order_id="O5",
        exec_id="R5",
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        cl_ord_id="A5",
        symbol="ACME",
        side=Side.BUY,
        qty=2_000_000,
        ord_type=OrdType.MARKET,
        transact_time=0,
        text="maximum quantity: OrderQty(38) 2,000,000 is above the limit 1,000,000",
    )
