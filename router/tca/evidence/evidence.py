"""Everything that a journal holds of one parent order, and the market as the router saw it at each decision.

Two readings of the journal: the first knows which children are the order's (`Recorder`), the second keeps each of its
lines and looks at every venue's quote where something was decided or sent. Knows no file and no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

import msgspec
from msgspec import Struct

from router.core.events import (
    ChildCanceled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    ClientEvent,
    DayStart,
    Event,
    FirmUpRequest,
    KillSwitch,
    NewOrder,
    ReplaceRequest,
)
from router.core.outputs import (
    CancelChild,
    CancelReject,
    Decision,
    ExecReport,
    Note,
    Output,
    QueryChild,
    ReplaceChild,
    SendChild,
)
from router.core.profiles import ClientProfile
from router.core.types import SECOND, Ns, OrdStatus, Phase, Px, Qty
from router.journal import Heads, InputLine, OutputLine, decode_event, decode_output, take_outputs, verify_one
from router.market.state import SymbolMarket
from router.tca.evidence.limits import Known, LimitCheck, Standing, arrival_checks, gate_checks
from router.tca.facts.case import Case, case_of
from router.tca.facts.market_record import MARKET_WORDS, MarketRecord
from router.tca.facts.record import OrderRecord
from router.tca.facts.recorder import Recorder

_OVER_WORDS: Final = (ChildCanceled, ChildRejected, FirmUpRequest)
_COMMANDS: Final = (SendChild, ReplaceChild, CancelChild, QueryChild)
NEAR_MAX: Final = 5


class UnknownParentError(LookupError):
    """No order, or more than one, is meant; the text names those that could be."""


class VenueQuote(Struct, frozen=True):
    """One venue's displayed best, prices in quanta; `is_up` False: it did not answer."""

    venue: str
    is_up: bool
    phase: Phase
    bid: Px | None
    bid_qty: Qty
    ask: Px | None
    ask_qty: Qty


class MarketSeen(Struct, frozen=True):
    """What the router saw: the national best, each venue's quote, and the reference price with its time."""

    phase: Phase
    bid: Px | None
    bid_qty: Qty
    ask: Px | None
    ask_qty: Qty
    reference: tuple[Px, Ns] | None
    quotes: tuple[VenueQuote, ...]


class Decided(Struct, frozen=True):
    """One decision of the router: input `seq` at `at`, the market, the venues weighed and why each was not taken."""

    seq: int
    at: Ns
    market: MarketSeen | None
    decision: Decision


class Sent(Struct, frozen=True):
    """One child entered or changed: the market then, and the last gate's rules worked out again."""

    seq: int
    at: Ns
    market: MarketSeen | None
    command: SendChild | ReplaceChild
    checks: tuple[LimitCheck, ...]


class KeptLine(Struct, frozen=True):
    """One line of the journal, whole: `body` is its JSON as recorded; `at` and `n` where its table has them."""

    table: str
    seq: int
    kind: str
    hash: str
    body: str
    at: Ns | None = None
    n: int | None = None


class Evidence(Struct, frozen=True):
    """All of one parent order, as of input `last_seq`, where the chains stand at `heads`."""

    case: Case
    client: ClientProfile | None
    arrival: MarketSeen | None
    arrival_checks: tuple[LimitCheck, ...]
    decisions: tuple[Decided, ...]
    sent: tuple[Sent, ...]
    lines: tuple[KeptLine, ...]
    last_seq: int
    heads: Heads

    @property
    def record(self) -> OrderRecord:
        return self.case.record


def find_parent(recorder: Recorder, name: str) -> OrderRecord:
    """The order of the OrderID(37), or of any ClOrdID(11) in its chain, `name`; raises UnknownParentError."""
    if name in recorder.orders:
        return recorder.orders[name]
    found = [record for record in recorder.orders.values() if name in _cl_ord_ids(record)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(f"{record.order_id} of {record.client}" for record in found)
        raise UnknownParentError(f"ClOrdID(11) {name!r} is of {len(found)} orders, give the OrderID(37): {ids}")
    names = [each for record in recorder.orders.values() for each in (record.order_id, *_cl_ord_ids(record))]
    near = get_close_matches(name, names, NEAR_MAX, 0.5) or names[:NEAR_MAX]
    raise UnknownParentError(
        f"no parent order {name!r}; near it: {', '.join(near) or 'none, the journal has no order'}"
    )


def _cl_ord_ids(record: OrderRecord) -> tuple[str, ...]:
    """What the client has called it: at first, in each request to change it, and now; each once."""
    first = record.request.cl_ord_id if record.request else record.cl_ord_id
    return tuple(dict.fromkeys([first, *(request.cl_ord_id for _, request in record.amendments), record.cl_ord_id]))


def gather(
    recorder: Recorder, record: OrderRecord, inputs: Iterable[InputLine], outputs: Iterable[OutputLine]
) -> Evidence:
    """Read the journal a second time, for `record`; raises JournalBrokenError at the first line that is off.

    `inputs` and `outputs` are the lines that `recorder` has followed, from the first on.
    """
    gatherer = _Gatherer(recorder, record)
    heads, last = Heads(), 0
    take = take_outputs(outputs)
    for line in inputs:
        said = take(line.seq)
        heads = verify_one(heads, last + 1, line, said)
        gatherer.read(line, said)
        last = line.seq
    return Evidence(
        case=case_of(recorder, record),
        client=gatherer.client,
        arrival=gatherer.arrival,
        arrival_checks=gatherer.arrival_checks,
        decisions=tuple(gatherer.decisions),
        sent=tuple(gatherer.sent),
        lines=tuple(gatherer.lines),
        last_seq=last,
        heads=heads,
    )


class _Working(Struct):
    """An open child: OrderQty(38) there, what a replace under way would make it, shares filled."""

    qty: Qty
    pending: Qty = 0
    filled: Qty = 0

    @property
    def qty_max(self) -> Qty:
        return max(self.qty, self.pending)

    @property
    def leaves(self) -> Qty:
        """The most that may still trade."""
        return max(self.qty_max - self.filled, 0)


class _Gatherer:
    """Follows the market, the parent's sums and its open children, line by line."""

    def __init__(self, recorder: Recorder, record: OrderRecord) -> None:
        self.record = record
        config = recorder.config
        clients = config.clients if config else ()
        self.client = next((each for each in clients if each.comp_id == record.client), None)
        self.arrival: MarketSeen | None = None
        self.arrival_checks: tuple[LimitCheck, ...] = ()
        self.decisions: list[Decided] = []
        self.sent: list[Sent] = []
        self.lines: list[KeptLine] = []
        self._market = MarketRecord()
        self._market.configure(config)
        self._instrument = case_of(recorder, record).instrument
        self._orders = [each for each in recorder.orders.values() if each.client == record.client]
        self._is_traded = bool(config and any(each.symbol == record.symbol for each in config.instruments))
        self._messages: list[Ns] = []
        self._killed: dict[str | None, bool] = {}
        self._children = {child.child_id for child in record.children}
        asked = record.request
        self._standing = Standing(asked.qty if asked else record.qty, 0, 0, asked.px if asked else record.limit_px)
        self._open: dict[str, _Working] = {}
        self._last_qty: Qty = 0
        """LastQty(32) of the last report: the note that names its child follows it."""

    def read(self, line: InputLine, said: Sequence[OutputLine]) -> None:
        event = decode_event(line.body)
        self._hear(line.at, event)
        mine = [(out, output) for out in said if self._is_mine(output := decode_output(out.body))]
        if mine or getattr(event, "child_id", None) in self._children:
            self.lines.append(KeptLine("inputs", line.seq, line.kind, line.hash.hex(), line.body.decode(), at=line.at))
        for out, _ in mine:
            self.lines.append(KeptLine("outputs", out.seq, out.kind, out.hash.hex(), out.body.decode(), n=out.n))
        outputs = [output for _, output in mine]
        if isinstance(event, NewOrder) and self.arrival is None and outputs:
            self._arrived(line.at, event)
        for output in outputs:
            self._said(line, event, output)

    def _is_mine(self, output: Output) -> bool:
        if isinstance(output, ExecReport | CancelReject | Note | Decision):
            return output.order_id == self.record.order_id
        return isinstance(output, _COMMANDS) and output.child_id in self._children

    # --- the market and what may trade

    def _hear(self, at: Ns, event: Event) -> None:
        if isinstance(event, MARKET_WORDS):
            self._market.observe(at, event)
        elif isinstance(event, DayStart):
            self._market.start_day(at)
        elif isinstance(event, ClientEvent) and event.client == self.record.client:
            self._messages = [each for each in self._messages if at - each < SECOND]
            self._messages.append(at)
        elif isinstance(event, KillSwitch):
            self._killed[event.client] = event.on
        elif isinstance(event, _OVER_WORDS) or (isinstance(event, ChildStatus) and not event.is_open):
            self._open.pop(event.child_id, None)
        elif isinstance(event, ChildReplaced | ChildRequestRejected) and event.child_id in self._open:
            working = self._open[event.child_id]
            working.pending = 0
            if isinstance(event, ChildReplaced):
                working.qty = event.qty

    def _seen(self, at: Ns) -> MarketSeen | None:
        market = self._market.market(self.record.symbol)
        return None if market is None else _market_seen(market, at)

    # --- what was said

    def _arrived(self, at: Ns, order: NewOrder) -> None:
        self.arrival = self._seen(at)
        if self.client is None:
            return
        working = [
            each
            for each in self._orders
            if each.status is not OrdStatus.REJECTED
            and each.arrived_at <= at
            and each is not self.record
            and (each.ended_at is None or each.ended_at > at)
        ]
        known = msgspec.structs.replace(
            self._known(at, self.arrival), open_orders=len(working) + 1, messages=len(self._messages)
        )
        self.arrival_checks = arrival_checks(order, self.client.limits, known)

    def _known(self, at: Ns, seen: MarketSeen | None) -> Known:
        return Known(
            at=at,
            client=self.record.client,
            instrument=self._instrument,
            is_traded=self._is_traded,
            is_killed=self._killed.get(None, False) or self._killed.get(self.record.client, False),
            reference=None if seen is None else seen.reference,
        )

    def _said(self, line: InputLine, event: Event, output: Output) -> None:
        match output:
            case ExecReport():
                self._standing = Standing(output.qty, output.cum_qty, 0, output.px)
                self._last_qty = output.last_qty
            case Note(what="fill"):
                child_id = dict(output.data)["child"]
                if child_id in self._open:
                    self._open[child_id].filled += self._last_qty
            case Decision():
                self.decisions.append(Decided(line.seq, line.at, self._seen(line.at), output))
            case SendChild():
                adds = 0 if output.conditional else output.qty
                self._went_out(line, output, self._standing, adds)
                if not output.conditional:
                    self._open[output.child_id] = _Working(output.qty)
            case ReplaceChild():
                self._replaced(line, event, output)
            case _:
                pass

    def _replaced(self, line: InputLine, event: Event, command: ReplaceChild) -> None:
        """A child is changed; where a client's own replace is passed on, its terms are the limit."""
        working = self._open.get(command.child_id)
        standing = self._standing
        if isinstance(event, ReplaceRequest):
            standing = msgspec.structs.replace(standing, qty=max(standing.qty, event.qty), limit_px=event.px)
        self._went_out(line, command, standing, max(command.qty - working.qty_max, 0) if working else 0)
        if working:
            working.pending = command.qty

    def _went_out(self, line: InputLine, command: SendChild | ReplaceChild, standing: Standing, adds: Qty) -> None:
        seen = self._seen(line.at)
        checks: tuple[LimitCheck, ...] = ()
        if self.client is not None:
            exposure = sum(working.leaves for working in self._open.values())
            now = msgspec.structs.replace(standing, exposure=exposure)
            checks = gate_checks(command, self.client.limits, self._known(line.at, seen), now, adds)
        self.sent.append(Sent(line.seq, line.at, seen, command, checks))


def _market_seen(market: SymbolMarket, at: Ns) -> MarketSeen:
    return MarketSeen(
        phase=market.phase,
        bid=market.bid,
        bid_qty=market.bid_qty,
        ask=market.ask,
        ask_qty=market.ask_qty,
        reference=market.reference(at),
        quotes=tuple(
            VenueQuote(
                mic,
                book.up,
                market.venue_phase(mic),
                book.bids.best,
                book.bids.best_qty,
                book.asks.best,
                book.asks.best_qty,
            )
            for mic, book in market.books.items()
        ),
    )
