"""What every simulated venue does alike: checks a command, keeps its orders, numbers its fills, answers for them.

It must not know how a venue matches: lit, dark and crossing venues derive from `Desk` and say what happens when an
order is placed, moved or withdrawn. Orders are remembered for the whole session, so that a status request for one that
is done gets the truth.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Final, TypeVar

import msgspec

from router.api import (
    CancelChild,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildRejected,
    ChildRequestRejected,
    ChildStatus,
    Instrument,
    LastLiquidityInd,
    Nbbo,
    Ns,
    OrdType,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    QueryChild,
    ReplaceChild,
    SendChild,
    Side,
    TimeInForce,
    VenueCommand,
    VenueProfile,
    VenueSays,
)

FAULT_PREFIX: Final = "fault_"
"""Settings with this prefix are for `simulator.faults`; a venue does not see them."""

SettingsT = TypeVar("SettingsT", bound=msgspec.Struct)


class VenueOrder:
    """An order of ours as the venue holds it. `key` is its id in a book; `seq` its time priority."""

    __slots__ = ("child_id", "cum", "is_open", "min_qty", "px", "qty", "sent", "seq", "side")

    def __init__(self, sent: SendChild, seq: int) -> None:
        self.sent = sent
        self.child_id = sent.child_id
        self.side: Side = sent.side
        self.qty: Qty = sent.qty
        self.px: Px | None = sent.px
        self.min_qty: Qty = sent.min_qty or 0
        self.cum: Qty = 0
        self.seq = seq
        self.is_open = True

    @property
    def symbol(self) -> str:
        return self.sent.symbol

    @property
    def key(self) -> int:
        """Its id in a book, where own orders are negative."""
        return -self.seq

    @property
    def leaves(self) -> Qty:
        """LeavesQty(151)."""
        return self.qty - self.cum if self.is_open else 0


def read_settings(profile: VenueProfile, shape: type[SettingsT]) -> SettingsT:
    """The profile's settings as `shape`.

    Raises ValueError naming the venue and the key for an unknown key or a value of the wrong type.
    """
    mine = {name: value for name, value in profile.settings.items() if not name.startswith(FAULT_PREFIX)}
    try:
        return msgspec.convert(mine, shape)
    except msgspec.ValidationError as error:
        raise ValueError(f"venue {profile.mic}, settings: {error}") from None


class Desk(ABC):
    """Base of the venues here. A command is refused with the rule, the limit and the value, or handed to the venue."""

    takes_conditionals = False
    """Whether `_refuse` decides about conditional orders and firm-ups; who knows neither must trade neither."""

    def __init__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> None:
        self.mic = profile.mic
        self._profile = profile
        self._instruments = instruments
        self._seed = seed
        self._orders: dict[str, VenueOrder] = {}
        self._by_key: dict[int, VenueOrder] = {}
        self._phases: dict[str, Phase] = {}
        self._limits: dict[str, tuple[Px, Px]] = {}
        """The price bands by symbol, where there are any."""
        self._exec_count = 0

    # --- SimulatedVenue, HearsPhases and HearsBands

    @property
    def next_at(self) -> Ns | None:
        return None

    def on_time(self, at: Ns) -> list[VenueSays]:
        return []

    @abstractmethod
    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]: ...

    def on_command(self, at: Ns, command: VenueCommand) -> list[VenueSays]:
        if isinstance(command, SendChild):
            return self._enter(at, command)
        if isinstance(command, QueryChild):
            return [self._status(command.child_id)]
        order = self._orders.get(command.child_id)
        if order is None or not order.is_open:
            return [self._no_such_order(command, order)]
        if isinstance(command, CancelChild):
            return self._withdraw(at, order, request_id=command.request_id)
        refusal = self._refuse_replace(order, command)
        if refusal:
            return [ChildRequestRejected(self.mic, order.child_id, command.request_id, refusal)]
        return self._move(at, order, command)

    def on_phase(self, at: Ns, change: PhaseChange) -> list[VenueSays]:
        """A closed session ends its day orders; a halt leaves them where they are."""
        if change.venue not in {None, self.mic}:
            return []
        self._phases[change.symbol] = change.phase
        if change.phase is not Phase.CLOSED:
            return []
        says: list[VenueSays] = []
        for order in [order for order in self._by_key.values() if order.symbol == change.symbol]:
            if self._ends_at_close(order):
                says += self._withdraw(at, order, text=f"{self.mic}: session closed")
        return says

    def on_bands(self, at: Ns, symbol: str, low: Px, high: Px) -> None:
        """See `HearsBands`."""
        self._limits[symbol] = low, high

    def _ends_at_close(self, order: VenueOrder) -> bool:
        return order.sent.tif not in {TimeInForce.GTC, TimeInForce.GTD}

    # --- what a venue adds

    @abstractmethod
    def _place(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        """A new order that passed the checks; says `accepted` first."""

    @abstractmethod
    def _move(self, at: Ns, order: VenueOrder, command: ReplaceChild) -> list[VenueSays]:
        """New quantity or price for an open order."""

    @abstractmethod
    def _withdraw(self, at: Ns, order: VenueOrder, *, request_id: str | None = None, text: str = "") -> list[VenueSays]:
        """Take an open order out and say so."""

    @abstractmethod
    def _refuse(self, command: SendChild) -> str:
        """Why this venue does not take the order, or ""."""

    # --- checks

    def _enter(self, at: Ns, command: SendChild) -> list[VenueSays]:
        refusal = self._refuse_any(command) or self._refuse(command)
        if refusal:
            return [ChildRejected(self.mic, command.child_id, f"{self.mic}: {refusal}")]
        order = VenueOrder(command, len(self._orders) + 1)
        self._orders[order.child_id] = order
        self._by_key[order.key] = order
        return self._place(at, order)

    def _refuse_any(self, command: SendChild) -> str:
        """The checks that all venues share."""
        instrument = self._instruments.get(command.symbol)
        if instrument is None:
            return f"Symbol(55) {command.symbol} is not traded here"
        if command.child_id in self._orders:
            return f"duplicate ClOrdID(11) {command.child_id}"
        if command.qty <= 0:
            return f"OrderQty(38) {command.qty} is not above 0"
        refusal = self._refuse_phase(command)
        if refusal:
            return refusal
        if command.ord_type is OrdType.LIMIT and command.px is None:
            return "OrdType(40)=2 needs Price(44)"
        if not self.takes_conditionals and (command.conditional or command.firm_up_id is not None):
            return "conditional orders and their firm-ups are not supported"
        return self._refuse_tif(command) or self._refuse_min_qty(command)

    def _refuse_phase(self, command: SendChild) -> str:
        """Why no order is taken now, or ""."""
        if self.is_trading(command.symbol):
            return ""
        phase = self.phase_of(command.symbol)
        return f"{command.symbol} is {phase.value}, orders are taken in {Phase.CONTINUOUS.value}"

    def _refuse_tif(self, command: SendChild) -> str:
        if command.tif in {TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE, TimeInForce.GTD}:
            return f"TimeInForce(59)={command.tif.value} is not supported"
        if command.tif is TimeInForce.IOC and not self._profile.supports_ioc:
            return "TimeInForce(59)=3 is not supported"
        return ""

    def _refuse_min_qty(self, command: SendChild) -> str:
        if not command.min_qty:
            return ""
        if not self._profile.supports_min_qty:
            return "MinQty(110) is not supported"
        if command.min_qty > command.qty:
            return f"MinQty(110) {command.min_qty} is above OrderQty(38) {command.qty}"
        return ""

    def _refuse_replace(self, order: VenueOrder, command: ReplaceChild) -> str:
        if command.qty <= order.cum:
            return f"{self.mic}: OrderQty(38) {command.qty} is not above CumQty(14) {order.cum}"
        if order.px is not None and command.px is None:
            return f"{self.mic}: a limit order needs Price(44)"
        if not self._may_change(order.symbol) and (command.px != order.px or command.qty > order.qty):
            return f"{self.mic}: {order.symbol} is {self.phase_of(order.symbol).value}: only smaller at the same price"
        return ""

    def _may_change(self, symbol: str) -> bool:
        """Whether an order may get a new price or a larger size now."""
        return self.is_trading(symbol)

    # --- what is said

    def phase_of(self, symbol: str) -> Phase:
        """Continuous unless told otherwise."""
        return self._phases.get(symbol, Phase.CONTINUOUS)

    def is_trading(self, symbol: str) -> bool:
        """Whether orders may trade now: neither halted nor out of session."""
        return self.phase_of(symbol) is Phase.CONTINUOUS

    def within_bands(self, symbol: str, px: Px | Fraction) -> bool:
        """Whether the price bands let a trade at `px` (quanta) be; a price at a band is within."""
        limits = self._limits.get(symbol)
        return limits is None or limits[0] <= px <= limits[1]

    def _accepted(self, order: VenueOrder, ahead: Qty | None = None) -> ChildAccepted:
        return ChildAccepted(self.mic, order.child_id, f"{self.mic}-{order.seq}", ahead)

    def _fill(
        self, order: VenueOrder, qty: Qty, px: Px, liquidity: LastLiquidityInd, kind: PrintKind = PrintKind.REGULAR
    ) -> ChildFilled:
        """Book a trade to an order and make its report; the order is done when nothing is left."""
        assert 0 < qty <= order.leaves, (order.child_id, qty, order.leaves)
        assert order.side.accepts(order.px, px), (order.child_id, order.px, px)
        order.cum += qty
        if order.cum == order.qty:
            self._end(order)
        self._exec_count += 1
        return ChildFilled(
            venue=self.mic,
            child_id=order.child_id,
            exec_id=f"{self.mic}-X{self._exec_count}",
            qty=qty,
            px=px,
            liquidity=liquidity,
            last_mkt=self.mic,
            kind=kind,
            cum_qty=order.cum,
        )

    def _canceled(self, order: VenueOrder, request_id: str | None = None, text: str = "") -> ChildCanceled:
        self._end(order)
        return ChildCanceled(self.mic, order.child_id, request_id, text)

    def _end(self, order: VenueOrder) -> None:
        order.is_open = False
        del self._by_key[order.key]

    def _status(self, child_id: str) -> ChildStatus:
        order = self._orders.get(child_id)
        if order is None:
            return ChildStatus(self.mic, child_id, known=False)
        return ChildStatus(self.mic, child_id, known=True, is_open=order.is_open, cum_qty=order.cum)

    def _no_such_order(self, command: CancelChild | ReplaceChild, order: VenueOrder | None) -> ChildRequestRejected:
        known = order is not None
        text = f"{self.mic}: {'the order is done' if known else 'unknown order'}"
        return ChildRequestRejected(self.mic, command.child_id, command.request_id, text, too_late=known)

    def _rng(self, *what: str) -> Random:
        """A generator for one purpose: what another purpose draws does not move it."""
        return Random(":".join((str(self._seed), self.mic, *what)))
