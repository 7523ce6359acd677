"""What the demonstration shows at the terminal: orders in progress, then the table of what they came to.

Draws records and analyses; reads nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from router.core.types import SECOND, Ns, OrdStatus, VenueKind
from router.tca.cost.analysis import OrderAnalysis
from router.tca.costs import Cost
from router.tca.facts.record import OrderRecord

BAR_CELLS: Final = 24
WIDTH_WANTED: Final = 96
"""Columns of a terminal below which bars are short and child orders are not counted."""
_TONES: Final = {
    OrdStatus.FILLED: "green",
    OrdStatus.REJECTED: "red",
    OrdStatus.CANCELED: "yellow",
    OrdStatus.DONE_FOR_DAY: "yellow",
    OrdStatus.PARTIALLY_FILLED: "cyan",
}


def clock(at: Ns) -> str:
    """Market time of day, UTC."""
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%H:%M:%S}"


def words(status: OrdStatus) -> str:
    """OrdStatus(39) in words."""
    return status.name.replace("_", " ").lower()


def progress(records: Iterable[OrderRecord], now: Ns, speed: float, width: int) -> RenderableType:
    """Every order: how much is filled, a mark where its schedule should be, and what it is; `width` columns at most."""
    narrow = width < WIDTH_WANTED
    cells = BAR_CELLS // 2 if narrow else BAR_CELLS
    table = _table(("Order", "What"))
    table.add_column("Filled \N{BOX DRAWINGS HEAVY HORIZONTAL} plan \N{BOX DRAWINGS LIGHT VERTICAL}", no_wrap=True)
    for heading in ("Shares", "AvgPx", *(() if narrow else ("Children",))):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Status", no_wrap=True)
    for record in records:
        table.add_row(
            record.cl_ord_id,
            _what(record),
            bar(record, now, cells),
            f"{record.cum_qty:,} / {record.qty:,}",
            _px(record.notional, record.cum_qty),
            *(() if narrow else (f"{len(record.children):,}",)),
            _status(record),
        )
    return Group(Text(f"market time {clock(now)} UTC, {speed:g} times as fast as the wall", style="dim"), table)


def bar(record: OrderRecord, now: Ns, cells: int = BAR_CELLS) -> Text:
    """Filled of ordered as a bar; a light line stands where the schedule would have it."""
    qty = max(record.qty, 1)
    full = min(record.cum_qty * cells // qty, cells)
    text = Text("\N{BOX DRAWINGS HEAVY HORIZONTAL}" * full, style="cyan" if record.is_open else "green")
    text.append("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (cells - full), style="dim")
    planned = record.planned(now)
    if planned is None or not record.is_open:
        return text
    mark = min(planned * cells // qty, cells - 1)
    return Text.assemble(text[:mark], ("\N{BOX DRAWINGS LIGHT VERTICAL}", "bold yellow"), text[mark + 1 :])


def summary(analyses: Iterable[OrderAnalysis], width: int) -> Table:
    """What the orders came to; costs in basis points, positive is a cost."""
    narrow = width < WIDTH_WANTED
    table = _table(("Order", "What", "Status"))
    for heading in ("Filled", "AvgPx", "Arrival", "VWAP", "Lit/dark\n/cross"):
        table.add_column(heading, justify="right", no_wrap=True)
    if not narrow:
        table.add_column("Children", justify="right", no_wrap=True)
    for each in analyses:
        record = each.record
        shares = [each.share(kind) for kind in VenueKind]
        table.add_row(
            record.cl_ord_id,
            _what(record),
            _status(record),
            f"{each.filled:,}",
            _px(record.notional, record.cum_qty),
            _bps(each.arrival),
            _bps(each.vwap),
            "/".join(_percent(share) for share in shares) if each.filled else "-",
            *(() if narrow else (f"{len(record.children):,}",)),
        )
    return table


def _table(headings: Iterable[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _what(record: OrderRecord) -> str:
    return f"{'buy' if record.side.is_buy else 'sell'} {record.symbol} {record.algorithm}".rstrip()


def _status(record: OrderRecord) -> Text:
    return Text(words(record.status), style=_TONES.get(record.status, ""))


def _px(notional: int, qty: int, scale: int = 10_000) -> str:
    return f"{notional / qty / scale:.4f}" if qty else "-"


def _percent(share: float | None) -> str:
    """Whole percent; what is there but rounds to nothing is still there."""
    assert share is not None
    return "<1" if 0 < share < 0.005 else f"{share * 100:.0f}"


def _bps(cost: Cost | None) -> str:
    return "-" if cost is None else f"{cost.bps:+.2f}"
