"""Twelve trades of one short day, two parents among them, worked by hand. Seconds from `T0`; the session is -60 to 600.

    at     quote XLIT        mid     trade                                       what it is
    -60                              1,000 @ 39.95   opening auction, XLIT       1
    -30    39.98 - 40.02     40.00
    -20                              500 @ 40.01     XLIT                        2
    -10                                                                          BUY decided: TransactTime(60)
     -5    40.00 - 40.04     40.02
      0                                                                          BUY 1,000 limit 40.10 arrives
     10                                                                          its child C1 goes out, IOC
     10.5                            300 @ 40.04     XLIT                        3, BUY's own, removed
     11    40.02 - 40.06     40.04
     20                              700 @ 40.05     XLIT                        4
     30    40.05 - 40.11     40.08
     40                              100 @ 40.05     XLIT                        5, BUY's own, added
     50                              1,000 @ 40.12   XLIT                        6
     60                              100 @ 40.08     XDRK, dark                  7, BUY's own, taken back at 90
     70                              5,000 @ 40.08   XCRS, cross                 8
     80    40.08 - 40.12     40.10
     90                                                                          trade 7 is busted
    100                                                                          BUY is cancelled: 400 of 1,000 filled
    110                                                                          SELL 400 at the market arrives
    119                                                                          its child C4 goes out, IOC
    120                              300 @ 40.08     XLIT                        9, SELL's own, removed
    120.5  40.04 - 40.10     40.07
    125    40.06 - 40.10     40.08
    130                              600 @ 40.06     XLIT                        10
    150                              100 @ 40.10     XLIT                        11, SELL's own, added: it is filled
    200    40.08 - 40.12     40.10
    600                              3,000 @ 40.20   closing auction, XLIT       12
    700                                                                          the journal ends

XLIT takes 0.003 a share from who removes and gives 0.002 to who adds; XDRK takes 0.0005. The previous close was 39.90.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from router.core.events import (
    BookSnapshot,
    CancelRequest,
    ChildBusted,
    ChildCorrected,
    DayStart,
    Event,
    Genesis,
    NewOrder,
    TradePrint,
)
from router.core.outputs import Decision, ExecReport, Note, Output, SendChild
from router.core.profiles import CalendarDay, EngineConfig
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
    TimeInForce,
)
from router.tca.facts.case import Case, case_of
from router.tca.facts.recorder import Recorder
from support.floor import DAY, OPEN, engine_config
from support.tca_day import Said, fill_note, report

T0: Ns = OPEN + 60 * SECOND
REMOVED, ADDED = LastLiquidityInd.REMOVED, LastLiquidityInd.ADDED


def at(second: float) -> Ns:
    """Seconds from T0 as a time; whole milliseconds."""
    return T0 + round(second * 1_000) * (SECOND // 1_000)


def px(price: str) -> Px:
    """A price as quanta."""
    return int(Fraction(price) * 10_000)


def usd(price: str) -> Fraction:
    """A price in quanta, or money in the currency, as a fraction."""
    return Fraction(price)


def config() -> EngineConfig:
    """The floor's venues and fees, a session of eleven minutes, and the previous close."""
    calendars = {"XNYS": (CalendarDay(DAY, at(-60), at(600)),)}
    return msgspec.structs.replace(engine_config(), calendars=calendars, last_px={"ACME": px("39.90")})


def tape() -> list[Said]:
    """The day, input by input with what was said to it."""
    genesis = Genesis("T1", msgspec.json.encode(config()).decode(), "by hand")
    return [
        (at(-90), genesis, []),
        (at(-90), DayStart(DAY), []),
        (at(-60), trade("39.95", 1_000, PrintKind.OPENING), []),
        (at(-30), quote("39.98", "40.02"), []),
        (at(-20), trade("40.01", 500), []),
        (at(-5), quote("40.00", "40.04"), []),
        *_buy(),
        *_sell(),
        (at(200), quote("40.08", "40.12"), []),
        (at(600), trade("40.20", 3_000, PrintKind.CLOSING), []),
        (at(700), trade("40.20", 1, PrintKind.LATE), []),
    ]


def _buy() -> list[Said]:
    said = Parent("O1", "BUY", Side.BUY, 1_000, px("40.10"))
    return [
        (at(0), said.order(sent_at=at(-10)), said.arrives("40.00", "40.04", planned_s=100)),
        (at(10), _tick(), said.sends("C1", "XLIT", 300, "40.04", TimeInForce.IOC)),
        (at(10.5), trade("40.04", 300), said.fills("E1", "C1", "XLIT", 300, "40.04", REMOVED)),
        (at(11), quote("40.02", "40.06"), []),
        (at(12), _tick(), said.sends("C2", "XLIT", 100, "40.05")),
        (at(12), _tick(), said.sends("C3", "XDRK", 100, "40.10")),
        (at(20), trade("40.05", 700), []),
        (at(30), quote("40.05", "40.11"), []),
        (at(40), trade("40.05", 100), said.fills("E2", "C2", "XLIT", 100, "40.05", ADDED)),
        (at(50), trade("40.12", 1_000), []),
        (at(60), trade("40.08", 100, PrintKind.DARK, "XDRK"), said.fills("E3", "C3", "XDRK", 100, "40.08", REMOVED)),
        (at(70), trade("40.08", 5_000, PrintKind.CROSS, "XCRS"), []),
        (at(80), quote("40.08", "40.12"), []),
        (at(90), ChildBusted("XDRK", "C3", "V9", "V3"), said.busts("E4", "E3")),
        (at(100), said.cancel(), said.ends(ExecType.CANCELED, OrdStatus.CANCELED)),
    ]


def _sell() -> list[Said]:
    said = Parent("O2", "SELL", Side.SELL, 400, None)
    return [
        (at(110), said.order(), said.arrives("40.08", "40.12")),
        (at(119), _tick(), said.sends("C4", "XLIT", 300, "40.08", TimeInForce.IOC)),
        (at(120), trade("40.08", 300), said.fills("E5", "C4", "XLIT", 300, "40.08", REMOVED)),
        (at(120.5), quote("40.04", "40.10"), []),
        (at(121), _tick(), said.sends("C5", "XLIT", 100, "40.10")),
        (at(125), quote("40.06", "40.10"), []),
        (at(130), trade("40.06", 600), []),
        (at(150), trade("40.10", 100), said.fills("E6", "C5", "XLIT", 100, "40.10", ADDED)),
    ]


def recorded(said: Sequence[Said]) -> Recorder:
    """A day as a journal's reader has it."""
    recorder = Recorder()
    for when, event, outputs in said:
        recorder.observe(when, event, outputs)
    return recorder


def case(order_id: str, said: Sequence[Said] | None = None) -> Case:
    """BUY is O1, SELL is O2."""
    recorder = recorded(tape() if said is None else said)
    return case_of(recorder, recorder.orders[order_id])


def corrected() -> list[Said]:
    """The day, and trade 3 is corrected twice, to 300 at 40.02 and 200 at 40.03; trade 5 once, and then taken back.

    The prints stand.
    """
    said = Parent("O1", "BUY", Side.BUY, 1_000, px("40.10"))
    said.fills_by_id = {"E1": (300, px("40.04")), "E2": (100, px("40.05"))}
    lines: list[Said] = [
        (at(95), ChildCorrected("XLIT", "C1", "V5", "V1", 300, px("40.02")), said.corrects("E7", "E1", 300, "40.02")),
        (at(96), ChildCorrected("XLIT", "C1", "V6", "V5", 200, px("40.03")), said.corrects("E8", "E7", 200, "40.03")),
        (at(97), ChildCorrected("XLIT", "C2", "V7", "V2", 100, px("40.06")), said.corrects("E9", "E2", 100, "40.06")),
        (at(98), ChildBusted("XLIT", "C2", "V8", "V7"), said.busts("E10", "E9")),
        (at(100), said.cancel(), said.ends(ExecType.CANCELED, OrdStatus.CANCELED)),
    ]
    before, after = ([line for line in tape() if (line[0] < at(100)) is early] for early in (True, False))
    return [*before, *lines, *after[1:]]


def until(second: float) -> list[Said]:
    """The day cut short."""
    return [line for line in tape() if line[0] <= at(second)]


# --- words


def quote(bid: str, offer: str, qty: Qty = 1_000) -> Event:
    """XLIT's whole book."""
    return BookSnapshot("XLIT", "ACME", ((px(bid), qty),), ((px(offer), qty),))


def trade(price: str, qty: Qty, kind: PrintKind = PrintKind.REGULAR, venue: str = "XLIT") -> Event:
    """A print."""
    return TradePrint(venue, "ACME", px(price), qty, kind=kind)


def _tick() -> Event:
    """A market event that changes nothing here."""
    return TradePrint("XOFF", "ACME", px("40"), 1, kind=PrintKind.OFF_EXCHANGE)


class Parent:
    """What the engine says of one parent order, its sums kept."""

    def __init__(self, order_id: str, cl_ord_id: str, side: Side, qty: Qty, limit_px: Px | None) -> None:
        self.order_id, self.cl_ord_id, self.side, self.qty, self.limit_px = order_id, cl_ord_id, side, qty, limit_px
        self.fills_by_id: dict[str, tuple[Qty, Px]] = {}

    def order(self, sent_at: Ns | None = None) -> Event:
        return NewOrder(
            client="EMS44",
            cl_ord_id=self.cl_ord_id,
            symbol="ACME",
            side=self.side,
            qty=self.qty,
            ord_type=OrdType.MARKET if self.limit_px is None else OrdType.LIMIT,
            px=self.limit_px,
            transact_time=sent_at,
        )

    def cancel(self) -> Event:
        return CancelRequest(
            client="EMS44", cl_ord_id="X", orig_cl_ord_id=self.cl_ord_id, symbol="ACME", side=self.side
        )

    def arrives(
        self, bid: str | None, offer: str | None, planned_s: int = 0, start_s: float | None = None
    ) -> list[Output]:
        """The engine's note of the arrival, with the national best then; a schedule to `planned_s`; New(150=0)."""
        start = 0 if self.order_id == "O1" else 110
        data = {
            "algorithm": "TWAP",
            "start": str(at(start if start_s is None else start_s)),
            "end": str(at(600)),
            **{name: str(px(price)) for name, price in (("bid", bid), ("ask", offer)) if price is not None},
        }
        points = f"{at(start)}:0 {at(planned_s)}:{self.qty}"
        plan = [Note(order_id=self.order_id, what="schedule", data=(("points", points),))] if planned_s else []
        note = Note(order_id=self.order_id, what="arrival", data=tuple(data.items()))
        return [note, *plan, self._report(ExecType.NEW, OrdStatus.NEW)]

    def sends(
        self, child_id: str, venue: str, qty: Qty, price: str, tif: TimeInForce = TimeInForce.DAY
    ) -> list[Output]:
        sent = SendChild(
            venue=venue,
            child_id=child_id,
            symbol="ACME",
            side=self.side,
            qty=qty,
            ord_type=OrdType.LIMIT,
            px=px(price),
            tif=tif,
            reason=Reason.SCHEDULE,
        )
        decision = Decision(
            order_id=self.order_id,
            slice_id=1,
            reason=Reason.SCHEDULE,
            qty=qty,
            bid=None,
            ask=None,
            child_ids=(child_id,),
            candidates=(),
        )
        return [sent, decision]

    def fills(
        self,
        exec_id: str,
        child_id: str,
        venue: str,
        qty: Qty,
        price: str,
        liquidity: LastLiquidityInd,
        kind: PrintKind | None = None,
    ) -> list[Output]:
        self.fills_by_id[exec_id] = (qty, px(price))
        status = OrdStatus.FILLED if self._cum_qty == self.qty else OrdStatus.PARTIALLY_FILLED
        last = {"exec_id": exec_id, "last_qty": qty, "last_px": px(price), "last_mkt": venue}
        traded = self._report(ExecType.TRADE, status, last_liquidity=liquidity, **last)
        kind = kind or (PrintKind.DARK if venue == "XDRK" else PrintKind.REGULAR)
        return [traded, fill_note(self.order_id, child_id, venue, kind, Reason.SCHEDULE)]

    def busts(self, exec_id: str, exec_ref_id: str, over: OrdStatus | None = None) -> list[Output]:
        """A trade is taken back; the order is open again, or stays `over`."""
        del self.fills_by_id[exec_ref_id]
        status = over or (OrdStatus.PARTIALLY_FILLED if self.fills_by_id else OrdStatus.NEW)
        return [self._report(ExecType.TRADE_CANCEL, status, exec_id=exec_id, exec_ref_id=exec_ref_id)]

    def corrects(self, exec_id: str, exec_ref_id: str, qty: Qty, price: str) -> list[Output]:
        del self.fills_by_id[exec_ref_id]
        self.fills_by_id[exec_id] = (qty, px(price))
        last = {"exec_id": exec_id, "exec_ref_id": exec_ref_id, "last_qty": qty, "last_px": px(price)}
        return [self._report(ExecType.TRADE_CORRECT, OrdStatus.PARTIALLY_FILLED, **last)]

    def ends(self, exec_type: ExecType, status: OrdStatus) -> list[Output]:
        return [self._report(exec_type, status)]

    @property
    def _cum_qty(self) -> Qty:
        return sum(qty for qty, _ in self.fills_by_id.values())

    def _report(self, exec_type: ExecType, status: OrdStatus, **fields: object) -> ExecReport:
        sums = {"cum_qty": self._cum_qty, "notional": sum(qty * each for qty, each in self.fills_by_id.values())}
        terms = {"side": self.side, "qty": self.qty, "px": self.limit_px}
        return report(self.order_id, self.cl_ord_id, exec_type, status, **terms, **sums, **fields)
