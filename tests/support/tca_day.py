"""A day made by hand, small enough to reckon on paper: what a journal would hold of it, line by line.

Prices in quanta of 10^-4, times from `T0`. The buy A1: 1,000 ACME by VWAP with the market at 40.00 to 40.02; 600 filled
at 40.00 on XLIT (added), 400 at 40.01 in XDRK (removed). The sell B1: 500 of 800 at 40.00 on XALT, then cancelled. R1
is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from router.core.events import CancelRequest, DayStart, Event, Genesis, NewOrder, TradePrint
from router.core.outputs import Candidate, Decision, ExecReport, Note, Output, SendChild
from router.core.types import (
    SECOND,
    ExecType,
    LastLiquidityInd,
    Ns,
    OrdStatus,
    OrdType,
    PrintKind,
    Px,
    Qty,
    Reason,
    Side,
)
from router.journal import Heads, InputLine, OutputLine, input_line, output_line
from support.floor import DAY, OPEN, engine_config

T0: Ns = OPEN + 60 * SECOND
Said = tuple[Ns, Event, Sequence[Output]]


def day() -> list[Said]:
    """Every input with its outputs."""
    return [
        (OPEN, Genesis("T1", msgspec.json.encode(engine_config()).decode(), "by hand"), []),
        (OPEN, DayStart(DAY), []),
        (OPEN + SECOND, TradePrint("XLIT", "ACME", 390_000, 9_999), []),
        (T0, _order("A1", Side.BUY, 1_000, "VWAP"), [*_arrival("O1", "A1", "VWAP"), _schedule("O1"), _new("O1", "A1")]),
        (T0 + SECOND, _tick(), _sent("O1", [("C1", "XLIT", 600), ("C2", "XDRK", 400)])),
        (T0 + 10 * SECOND, _print("XLIT", 400_000, 600), _filled("O1", "A1", "E1", "C1", "XLIT", 600, 400_000)),
        (T0 + 20 * SECOND, _print("XALT", 400_400, 1_000), []),
        (T0 + 30 * SECOND, _print("XLIT", 410_000, 5_000, PrintKind.CLOSING), []),
        (T0 + 40 * SECOND, _order("B1", Side.SELL, 800, None), [*_arrival("O2", "B1", "SOR"), _new("O2", "B1", sell)]),
        (T0 + 40 * SECOND, _tick(), _sent("O2", [("C3", "XALT", 800)], Reason.SWEEP)),
        (T0 + 41 * SECOND, _print("XALT", 400_000, 500), _filled("O2", "B1", "E2", "C3", "XALT", 500, 400_000)),
        (T0 + 42 * SECOND, _order("R1", Side.BUY, 2_000_000, None), [_refused()]),
        (T0 + 50 * SECOND, _print("XDRK", 400_100, 400, PrintKind.DARK), _last_of_a()),
        (T0 + 60 * SECOND, _cancel(), [_report("O2", "B2", ExecType.CANCELED, OrdStatus.CANCELED, sell)]),
    ]


def lines(said: Sequence[Said]) -> tuple[list[InputLine], list[OutputLine]]:
    """The day as a journal keeps it."""
    inputs, outputs, heads = [], [], Heads()
    for seq, (at, event, outs) in enumerate(said, 1):
        line = input_line(heads.inputs, seq, at, event)
        inputs.append(line)
        head = heads.outputs
        for n, out in enumerate(outs):
            outputs.append(output_line(head, line, n, out))
            head = outputs[-1].hash
        heads = Heads(line.hash, head)
    return inputs, outputs


# --- words

sell = {"side": Side.SELL, "qty": 800, "cum_qty": 500, "notional": 500 * 400_000}


def _order(cl_ord_id: str, side: Side, qty: Qty, strategy: str | None) -> NewOrder:
    return NewOrder(
        client="EMS44",
        cl_ord_id=cl_ord_id,
        symbol="ACME",
        side=side,
        qty=qty,
        ord_type=OrdType.MARKET,
        strategy=strategy,
    )


def _cancel() -> CancelRequest:
    return CancelRequest(client="EMS44", cl_ord_id="B2", orig_cl_ord_id="B1", symbol="ACME", side=Side.SELL)


def _tick() -> Event:
    return TradePrint("XOFF", "ACME", 400_000, 100, kind=PrintKind.OFF_EXCHANGE)


def _print(venue: str, px: Px, qty: Qty, kind: PrintKind = PrintKind.REGULAR) -> TradePrint:
    return TradePrint(venue, "ACME", px, qty, kind=kind)


def _arrival(order_id: str, cl_ord_id: str, algorithm: str) -> list[Output]:
    data = {
        "algorithm": algorithm,
        "client": "EMS44",
        "cl_ord_id": cl_ord_id,
        "bid": "400000",
        "ask": "400200",
        "start": str(T0),
        "end": str(T0 + 100 * SECOND),
    }
    return [Note(order_id=order_id, what="arrival", data=tuple(data.items()))]


def _schedule(order_id: str) -> Output:
    return Note(order_id=order_id, what="schedule", data=(("points", f"{T0}:0 {T0 + 100 * SECOND}:1000"),))


def report(order_id: str, cl_ord_id: str, exec_type: ExecType, status: OrdStatus, **fields: object) -> ExecReport:
    """ExecutionReport(8) on the buy, or with the fields given."""
    plain: dict[str, object] = {
        "client": "EMS44",
        "order_id": order_id,
        "exec_id": "0",
        "exec_type": exec_type,
        "ord_status": status,
        "cl_ord_id": cl_ord_id,
        "symbol": "ACME",
        "side": Side.BUY,
        "qty": 1_000,
        "ord_type": OrdType.MARKET,
        "transact_time": 0,
    }
    return ExecReport(**(plain | fields))  # type: ignore[arg-type]  # a test's keywords


def _report(
    order_id: str, cl_ord_id: str, exec_type: ExecType, status: OrdStatus, fields: dict[str, object]
) -> ExecReport:
    return report(order_id, cl_ord_id, exec_type, status, **fields)


def _new(order_id: str, cl_ord_id: str, fields: dict[str, object] | None = None) -> ExecReport:
    known = {name: value for name, value in (fields or {}).items() if name in {"side", "qty"}}
    return report(order_id, cl_ord_id, ExecType.NEW, OrdStatus.NEW, **known)


def _refused() -> ExecReport:
    text = "maximum quantity: OrderQty(38) 2,000,000 is above the limit 1,000,000 <b>"
    return report("O3", "R1", ExecType.REJECTED, OrdStatus.REJECTED, qty=2_000_000, text=text)


def _sent(
    order_id: str, children: Sequence[tuple[str, str, Qty]], reason: Reason = Reason.PASSIVE_POST
) -> list[Output]:
    sends: list[Output] = [
        SendChild(
            venue=venue,
            child_id=child_id,
            symbol="ACME",
            side=Side.BUY,
            qty=qty,
            ord_type=OrdType.LIMIT,
            px=400_000,
            reason=Reason.DARK_REST if venue == "XDRK" else reason,
        )
        for child_id, venue, qty in children
    ]
    decision = Decision(
        order_id=order_id,
        slice_id=1,
        reason=reason,
        qty=sum(qty for _, _, qty in children),
        bid=400_000,
        ask=400_200,
        child_ids=tuple(child_id for child_id, _, _ in children),
        candidates=(Candidate("XLIT", 600, 400_000, 0.0, "seconds"),),
    )
    return [*sends, decision]


def _filled(order_id: str, cl_ord_id: str, exec_id: str, child_id: str, venue: str, qty: Qty, px: Px) -> list[Output]:
    mine = sell if order_id == "O2" else {"cum_qty": 600, "notional": 600 * 400_000}
    liquidity = LastLiquidityInd.REMOVED if order_id == "O2" else LastLiquidityInd.ADDED
    reason = Reason.SWEEP if order_id == "O2" else Reason.PASSIVE_POST
    return [
        report(
            order_id,
            cl_ord_id,
            ExecType.TRADE,
            OrdStatus.PARTIALLY_FILLED,
            **{**mine, "exec_id": exec_id, "last_qty": qty, "last_px": px, "last_mkt": venue},
            last_liquidity=liquidity,
        ),
        fill_note(order_id, child_id, venue, PrintKind.REGULAR, reason),
    ]


def _last_of_a() -> list[Output]:
    return [
        report(
            "O1",
            "A1",
            ExecType.TRADE,
            OrdStatus.FILLED,
            cum_qty=1_000,
            notional=600 * 400_000 + 400 * 400_100,
            exec_id="E3",
            last_qty=400,
            last_px=400_100,
            last_mkt="XDRK",
            last_liquidity=LastLiquidityInd.REMOVED,
        ),
        fill_note("O1", "C2", "XDRK", PrintKind.DARK, Reason.DARK_REST),
    ]


def fill_note(order_id: str, child_id: str, venue: str, kind: PrintKind, reason: Reason) -> Note:
    """What the engine notes beside a report of a trade."""
    data = (("child", child_id), ("venue", venue), ("kind", kind.value), ("reason", reason.value))
    return Note(order_id=order_id, what="fill", data=data)
