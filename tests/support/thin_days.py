"""Days of one order of which little is to be seen: one fill, none, every trade taken back after its end.

The market is that of the twelve trades without its parents: what others traded at 20, 50 and 130 s, and its quotes.
"""

from __future__ import annotations

from collections.abc import Sequence

from router.core.events import BookSnapshot, ChildBusted, DayStart, Genesis, TradePrint
from router.core.types import ExecType, OrdStatus, PrintKind, Side, TimeInForce
from support.tca_day import Said
from support.twelve_trades import REMOVED, Parent, at, px, tape, trade

OWN = {at(second) for second in (10.5, 40, 60, 120, 150)}
"""When the parents of the twelve trades traded."""


def one_fill(*, alone: bool = False, limit: str = "40.10") -> list[Said]:
    """300 of 1,000 at 40.04, and cancelled; `alone`: nobody else trades or quotes after the order came."""
    said = _order(limit)
    filled = (at(10.5), trade("40.04", 300), said.fills("E1", "C1", "XLIT", 300, "40.04", REMOVED))
    return _day([*_begun(said), filled, _cancelled(said)], alone=alone)


def no_fill(*, is_open: bool = False) -> list[Said]:
    """A child rests below the market and is cancelled with its order."""
    said = _order("40.10")
    return _day([*_begun(said), *([] if is_open else [_cancelled(said)])])


def taken_back() -> list[Said]:
    """Both trades of an order that is over are busted at 150 s."""
    said = _order("40.10")
    lines = [
        *_begun(said),
        (at(10.5), trade("40.04", 100), said.fills("E1", "C1", "XLIT", 100, "40.04", REMOVED)),
        (at(11.5), trade("40.05", 200), said.fills("E2", "C1", "XLIT", 200, "40.05", REMOVED)),
        _cancelled(said),
        (at(150), ChildBusted("XLIT", "C1", "V8", "V1"), said.busts("E4", "E1", OrdStatus.CANCELED)),
        (at(150), ChildBusted("XLIT", "C1", "V9", "V2"), said.busts("E5", "E2", OrdStatus.CANCELED)),
    ]
    return _day(lines)


def _order(limit: str) -> Parent:
    return Parent("O1", "THIN", Side.BUY, 1_000, px(limit))


def _begun(said: Parent) -> list[Said]:
    arrived = (at(0), said.order(sent_at=at(-10)), said.arrives("40.00", "40.04", planned_s=100))
    nothing = TradePrint("XOFF", "ACME", px("40"), 1, kind=PrintKind.OFF_EXCHANGE)
    return [arrived, (at(10), nothing, said.sends("C1", "XLIT", 300, "40.04", TimeInForce.IOC))]


def _cancelled(said: Parent) -> Said:
    return at(100), said.cancel(), said.ends(ExecType.CANCELED, OrdStatus.CANCELED)


def _day(order: Sequence[Said], *, alone: bool = False) -> list[Said]:
    market = [
        line
        for line in tape()
        if isinstance(line[1], Genesis | DayStart | BookSnapshot | TradePrint)
        and not line[2]
        and line[0] not in OWN
        and (not alone or line[0] < at(0))
    ]
    return sorted([*market, *order], key=lambda line: line[0])
