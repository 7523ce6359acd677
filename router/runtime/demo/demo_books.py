"""The demonstration's check: what the EMS heard over FIX against what the journal says, and how each order should end.

The EMS's books are kept from its ExecutionReports(8) alone, in decimal text as it came; nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from fixspec.values import decimal_text, format_amt, format_avg_px
from router.core.types import ExecType, OrdStatus
from router.runtime.demo.demo_ems import Heard
from router.runtime.demo.demo_script import DemoOrder
from router.tca.facts.record import OrderRecord


class HeardOrder:
    """One order as its owner knows it: the last report, and the fills as they stand after busts and corrections."""

    def __init__(self) -> None:
        self.last: Heard | None = None
        self._fills: dict[str, tuple[int, Decimal]] = {}
        """(shares, price) by ExecID(17) of the report that last told of it."""

    @property
    def qty(self) -> int:
        return sum(qty for qty, _ in self._fills.values())

    @property
    def money(self) -> Decimal:
        return sum((qty * px for qty, px in self._fills.values()), Decimal(0))

    def hear(self, report: Heard) -> None:
        """Take in one report."""
        self.last = report
        if report.exec_type in {ExecType.TRADE_CANCEL.value, ExecType.TRADE_CORRECT.value}:
            self._fills.pop(report.exec_ref_id, None)
        if report.exec_type in {ExecType.TRADE.value, ExecType.TRADE_CORRECT.value}:
            self._fills[report.exec_id] = (int(report.last_qty), Decimal(report.last_px))


class EmsBooks:
    """All orders by OrderID(37), and what else the session said."""

    def __init__(self) -> None:
        self.orders: dict[str, HeardOrder] = {}
        self.complaints: list[str] = []

    def hear(self, report: Heard) -> None:
        """Take in one report."""
        self.orders.setdefault(report.order_id, HeardOrder()).hear(report)


def disagreements(books: EmsBooks, records: Mapping[str, OrderRecord]) -> Iterator[str]:
    """Every difference between the EMS's books and the journal's records, in words."""
    for order_id in dict.fromkeys([*records, *books.orders]):
        heard, record = books.orders.get(order_id), records.get(order_id)
        if heard is None or heard.last is None or record is None:
            yield f"{order_id} is known to {'the journal' if record else 'the EMS'} alone"
            continue
        last = heard.last
        pairs = (
            ("CumQty(14)", last.cum_qty, str(record.cum_qty)),
            ("AvgPx(6)", last.avg_px, format_avg_px(record.notional, record.cum_qty)),
            ("OrdStatus(39)", last.ord_status, record.status.value),
            ("sum of LastQty(32)", str(heard.qty), str(record.cum_qty)),
            ("sum of LastQty(32) x LastPx(31)", decimal_text(heard.money), format_amt(record.notional)),
        )
        for name, theirs, ours in pairs:
            if theirs != ours:
                yield f"{record.cl_ord_id}: {name} is {theirs} at the EMS and {ours} in the journal"


def surprises(script: Iterable[DemoOrder], records: Mapping[str, OrderRecord]) -> Iterator[str]:
    """Every order that is missing or did not end as the script says, in words."""
    by_name = {record.cl_ord_id: record for record in records.values()}
    for order in script:
        record = by_name.get(order.cl_ord_id)
        if record is None:
            yield f"{order.cl_ord_id} never reached the router"
            continue
        if record.status not in order.ends:
            expected = " or ".join(status.name for status in order.ends)
            yield f"{order.cl_ord_id} ended {record.status.name}, not {expected}: {record.text or 'no text'}"
        if record.status is not OrdStatus.REJECTED and not record.cum_qty:
            yield f"{order.cl_ord_id}: nothing was filled"
