"""What happens to a client's order by the market or the desk: fills, busts, corrections, halts, the ends of days.

Every method returns what the client must hear and changes nothing else. Knows no child order: that a fill is told once
is the business of `Children`.
"""

from __future__ import annotations

from router.core.outputs import ClientOutput
from router.core.types import (
    CxlRejReason,
    ExecRestatementReason,
    ExecType,
    LastLiquidityInd,
    Ns,
    OrdRejReason,
    OrdStatus,
    Px,
    Qty,
)
from router.orders.fills import FillKey
from router.orders.parent import Parent
from router.orders.reports import report
from router.orders.requests import Refusal, Requests
from router.orders.states import ParentEvent as Happens
from router.orders.terms import split


class Executions(Requests):
    """Base of `Parents`: an order's life after its birth."""

    def fill(
        self,
        at: Ns,
        parent: Parent,
        *,
        key: FillKey,
        qty: Qty,
        px: Px,
        last_mkt: str = "",
        liquidity: LastLiquidityInd | None = None,
    ) -> list[ClientOutput]:
        """A trade; `key` is (venue, the venue's ExecID) and new. A fill while a request is pending keeps the old id."""
        exec_id = self._ids.execution()
        with parent.on(Happens.FILL):
            parent.fills.add(key, exec_id, qty, px)
            if parent.life is OrdStatus.STOPPED and parent.cum_qty >= parent.guaranteed_until:
                parent.life = OrdStatus.NEW
            if parent.life is OrdStatus.SUSPENDED and parent.cum_qty >= parent.qty:
                parent.life = OrdStatus.NEW  # nothing of it is left to be suspended, or to be resumed later
        trade = report(
            self._ids,
            at,
            parent,
            ExecType.TRADE,
            exec_id=exec_id,
            last_qty=qty,
            last_px=px,
            last_mkt=last_mkt,
            liquidity=liquidity,
        )
        return [trade]

    def bust(self, at: Ns, parent: Parent, key: FillKey, new_key: FillKey) -> list[ClientOutput]:
        """The trade `key` (its latest version) is taken back; ExecRefID(19) is the report of that version."""
        assert key != new_key, key
        with parent.on(Happens.BUST):
            fill = parent.fills.take(key)
        return [report(self._ids, at, parent, ExecType.TRADE_CANCEL, exec_ref_id=fill.exec_id)]

    def correct(
        self, at: Ns, parent: Parent, key: FillKey, new_key: FillKey, *, qty: Qty, px: Px
    ) -> list[ClientOutput]:
        """The trade `key` (its latest version) was of `qty` at `px`; from now on its key is `new_key`."""
        exec_id = self._ids.execution()
        with parent.on(Happens.CORRECT):
            old = parent.fills.correct(key, new_key, exec_id, qty, px)
        correction = report(
            self._ids,
            at,
            parent,
            ExecType.TRADE_CORRECT,
            exec_id=exec_id,
            exec_ref_id=old.exec_id,
            last_qty=qty,
            last_px=px,
        )
        return [correction]

    def decline(self, at: Ns, parent: Parent, reason: OrdRejReason, text: str) -> list[ClientOutput]:
        """Refuse an order that was received but not confirmed, and the requests that came after it."""
        late = tuple(parent.requests)
        parent.requests.clear()
        rejected = self._rejected(at, parent, reason, text)
        return [rejected, *(self._too_late(at, parent, request) for request in late)]

    def unsolicited_cancel(
        self, at: Ns, parent: Parent, reason: ExecRestatementReason | None = None, text: str = ""
    ) -> list[ClientOutput]:
        """Canceled without a request: no OrigClOrdID(41), and why in ExecRestatementReason(378)."""
        return self._end(at, parent, (Happens.CANCEL, OrdStatus.CANCELED, ExecType.CANCELED), reason, text)

    def expire(self, at: Ns, parent: Parent, text: str = "") -> list[ClientOutput]:
        """The order's time in force is over: Expired."""
        return self._end(at, parent, (Happens.EXPIRE, OrdStatus.EXPIRED, ExecType.EXPIRED), None, text)

    def done_for_day(self, at: Ns, parent: Parent, text: str = "") -> list[ClientOutput]:
        """No more today: a day order is over, a GT order keeps its leaves for `new_day` (A.1.b, H.1.a)."""
        how = (Happens.DONE_FOR_DAY, OrdStatus.DONE_FOR_DAY, ExecType.DONE_FOR_DAY)
        return self._end(at, parent, how, None, text)

    def restate(
        self, at: Ns, parent: Parent, qty: Qty, reason: ExecRestatementReason, text: str = ""
    ) -> list[ClientOutput]:
        """The desk changes OrderQty(38), not below what is filled: Restated (E.1.c, E.1.d)."""
        with parent.on(Happens.RESTATE):
            parent.terms = parent.terms.with_qty(max(qty, parent.cum_qty))
        return [self._restated(at, parent, reason, text)]

    def suspend(self, at: Ns, parent: Parent, text: str = "") -> list[ClientOutput]:
        """Trading is halted and the order stays: Suspended (K.1.a)."""
        if not parent.allows(Happens.SUSPEND):
            return []
        with parent.on(Happens.SUSPEND, OrdStatus.SUSPENDED):
            pass
        return [report(self._ids, at, parent, ExecType.SUSPENDED, text=text)]

    def resume(self, at: Ns, parent: Parent, text: str = "") -> list[ClientOutput]:
        """The halt is over and the order is in the market again (K.1.a)."""
        if not parent.allows(Happens.RESUME):
            return []
        with parent.on(Happens.RESUME, OrdStatus.NEW):
            pass
        return [self._restated(at, parent, ExecRestatementReason.MARKET_OPTION, text)]

    def stopped(self, at: Ns, parent: Parent, qty: Qty, px: Px) -> list[ClientOutput]:
        """`qty` more is guaranteed at `px` or better, and not traded yet: Stopped (L.1.a)."""
        assert 0 < qty <= parent.leaves, (parent.order_id, qty, parent.leaves)
        with parent.on(Happens.STOP, OrdStatus.STOPPED):
            parent.guaranteed_until = parent.cum_qty + qty
        return [report(self._ids, at, parent, ExecType.STOPPED, last_qty=qty, last_px=px)]

    def new_day(self, at: Ns, parent: Parent, day: str) -> list[ClientOutput]:
        """Trading date `day` (YYYYMMDD) begins: a GT order is restated (H.1.a), an earlier day's order is done."""
        if not parent.terms.is_good_till and parent.allows(Happens.DONE_FOR_DAY):
            return self.done_for_day(at, parent, text=f"a day order of before {day}")
        if not parent.is_open or not parent.allows(Happens.NEW_DAY):
            return []
        life = parent.life if parent.life is OrdStatus.SUSPENDED else OrdStatus.NEW
        with parent.on(Happens.NEW_DAY, life):
            parent.fills.new_day()
        return [self._restated(at, parent, ExecRestatementReason.GT_RENEWAL, "")]

    def split(self, at: Ns, parent: Parent, *, new: int, old: int) -> list[ClientOutput]:
        """The shares are split, `new` for `old`: quantities and price are restated, what was paid stays (H.1.b).

        Open orders do not live through a reverse split (FINRA Rule 5330): unsolicited Canceled.
        """
        assert new > 0, new
        assert old > 0, old
        if not parent.is_open:
            return []
        reason = ExecRestatementReason.GT_CORPORATE_ACTION
        if new < old:
            return self.unsolicited_cancel(at, parent, reason, f"reverse split, {new} for {old}")
        text = f"split, {new} for {old}"
        # What a waiting replace asks for is counted in the shares of yesterday.
        refused = self._refuse_replaces(at, parent, Refusal(CxlRejReason.BROKER_OPTION, text))
        with parent.on(Happens.RESTATE):
            parent.fills.split(new, old)
            parent.terms = split(parent.terms, new, old)
        return [*refused, self._restated(at, parent, reason, text)]

    def _restated(self, at: Ns, parent: Parent, reason: ExecRestatementReason, text: str) -> ClientOutput:
        return report(self._ids, at, parent, ExecType.RESTATED, restatement_reason=reason, text=text)

    def _end(
        self,
        at: Ns,
        parent: Parent,
        how: tuple[Happens, OrdStatus, ExecType],
        reason: ExecRestatementReason | None,
        text: str,
    ) -> list[ClientOutput]:
        """End the order, then answer the requests that came too late.

        In this order, so that the client reads what happened before it reads that its request found nothing to do.
        """
        happens, life, exec_type = how
        late = tuple(parent.requests)
        with parent.on(happens, life):
            parent.requests.clear()
            parent.text = text
        end = report(self._ids, at, parent, exec_type, restatement_reason=reason, text=text)
        return [end, *(self._too_late(at, parent, request) for request in late)]
