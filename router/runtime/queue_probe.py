"""Watches resting orders in a simulated market: their exact places beside what each queue model says of them.

A probe hears what a router hears, when it hears it; the truth it asks of the world. It decides nothing, and nothing
that decides may read it. An order is sampled at its acceptance, and whenever its venue's feed speaks of its level or
of a trade and its place or an estimate has changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Final, NamedTuple, TypeAlias

from router.core.events import (
    BookSnapshot,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    Event,
    LevelUpdate,
    MarketEvent,
    PhaseChange,
    TradePrint,
    VenueDown,
    VenueReport,
    VenueUp,
)
from router.core.outputs import SendChild
from router.core.profiles import RouterSettings
from router.core.types import SECOND, Ns, Peg, Px, Qty, Reason, Side, TimeInForce
from router.market.market import Market
from router.sor.filling import fill_model, rate_alone, spread_ticks
from router.sor.passive import shares_before
from router.sor.queue import QueueWatch
from router.sor.queue_models import MODELS
from router.sor.rates import TradeRates
from router.tca.queues.places import Bet, OrderLife, PlaceSample, Recording

Truth: TypeAlias = Callable[[str, str], Qty | None]
"""(venue, child_id) -> exact shares ahead, None where the order does not rest: `World.ahead`."""

EXACT: Final = "exact place"
"""The forecast from the true place: what is wrong with it is the fill model's, not the queue model's."""
BEFORE: Final = "rate alone"
"""The forecast from the chosen model's place by the executed rate and nothing else."""
_MARKET: Final = (LevelUpdate, TradePrint, BookSnapshot, PhaseChange)
_REPORTS: Final = (ChildAccepted, ChildRejected, ChildFilled, ChildCanceled, ChildReplaced)


class ProbedChild:
    """A child order as its command and the venue's reports tell of it: a `ChildView`. `number`: of its `OrderLife`."""

    def __init__(self, at: Ns, sent: SendChild) -> None:
        self.child_id: str = sent.child_id
        self.venue: str = sent.venue
        self.symbol: str = sent.symbol
        self.side: Side = sent.side
        self.qty: Qty = sent.qty
        self.px: Px | None = sent.px
        self.tif: TimeInForce = sent.tif
        self.peg: Peg | None = sent.peg
        self.display_qty: Qty | None = sent.display_qty
        self.reason: Reason = sent.reason
        self.conditional: bool = sent.conditional
        self.post_only: bool = sent.post_only
        self.sent_at: Ns = at
        self.pending_new = True
        self.pending_cancel = False
        self.pending_replace = False
        self.unknown = False
        self.number: int | None = None
        self.filled: Qty = 0
        self.told: tuple[Qty, tuple[Qty, ...]] | None = None
        """Truth and estimates when it was last sampled."""
        self._over = False

    @property
    def leaves(self) -> Qty:
        return 0 if self._over else max(self.qty - self.filled, 0)

    @property
    def is_open(self) -> bool:
        return self.leaves > 0

    def take(self, report: VenueReport) -> None:
        """Take in what the venue said."""
        self.pending_new = False
        if isinstance(report, ChildFilled):
            # By the venue's own sum, where it says it: a fill that is reported twice is one.
            summed = self.filled + report.qty
            self.filled = summed if report.cum_qty is None else max(self.filled, report.cum_qty)
        elif isinstance(report, ChildReplaced):
            self.qty, self.px = report.qty, report.px
        elif isinstance(report, ChildCanceled | ChildRejected):
            self._over = True


class _Open(NamedTuple):
    """A bet made at `at` and decided at `due`. `sequence` makes ties fall in the order of making."""

    due: Ns
    sequence: int
    at: Ns
    child: ProbedChild
    chances: tuple[float, ...]


class QueueProbe:
    """Records in `recording`. `horizons_ns`: bets are made at acceptance and then once a horizon, for each by itself.

    Give it every command before it is sent, everything that is heard, and then, at that same instant, `settle`.
    """

    def __init__(
        self, name: str, market: Market, settings: RouterSettings, truth: Truth, *, horizons_ns: Sequence[Ns]
    ) -> None:
        self._market = market
        self._truth = truth
        self._watches = [QueueWatch(market, model) for model in MODELS]
        self._watched = self._watches[0].watched
        self._chosen = list(MODELS).index(settings.queue_model)
        self._fill_model = fill_model(settings)
        self._rates = TradeRates(settings.fill_rate_window_ns)
        self._horizons_ns = tuple(horizons_ns)
        self._children: dict[str, ProbedChild] = {}
        self._resting: dict[tuple[str, str], dict[str, ProbedChild]] = {}
        """By (venue, symbol)."""
        self._moved: dict[str, ProbedChild] = {}
        """Of whose level was heard since the last sampling; a dict as an ordered set."""
        self._bets: list[_Open] = []
        self._sequence = 0
        self.recording = Recording(name, settings.queue_model, tuple(MODELS), (*MODELS, BEFORE, EXACT), [], [], [])

    @property
    def next_at(self) -> Ns | None:
        """When a bet is due: `settle` then."""
        return self._bets[0].due if self._bets else None

    @property
    def chosen(self) -> QueueWatch:
        """The estimates of the model that the settings name: what a router so set goes by."""
        return self._watches[self._chosen]

    def on_sent(self, at: Ns, sent: SendChild) -> None:
        """A child is on its way."""
        child = self._children[sent.child_id] = ProbedChild(at, sent)
        for watch in self._watches:
            watch.on_sent(child)

    def on_heard(self, at: Ns, event: Event) -> None:
        """What a router hears of markets, venues and its children."""
        if isinstance(event, _MARKET):
            self._on_market(at, event)
        elif isinstance(event, _REPORTS):
            child = self._children.get(event.child_id)
            if child is not None:
                self._on_report(at, event, child)
        elif isinstance(event, VenueDown):
            self._market.mark_down(at, event.venue)
        elif isinstance(event, VenueUp):
            self._market.mark_up(at, event.venue)

    def settle(self, at: Ns) -> None:
        """Everything of this instant was heard: decide the bets that are due, sample what moved."""
        while self._bets and self._bets[0].due <= at:
            bet = heappop(self._bets)
            self._decide(bet)
            self._bet(bet.due, bet.child, bet.due - bet.at)
        for child in self._moved.values():
            self._sample(at, child)
        self._moved.clear()

    # --- what is heard

    def _on_market(self, at: Ns, event: MarketEvent) -> None:
        self._market.on_event(at, event)
        if isinstance(event, TradePrint):
            self._rates.on_print(at, event)
        if event.symbol in self._watched:
            for watch in self._watches:
                watch.on_market(event)
            for child in self._resting.get((event.venue or "", event.symbol), {}).values():
                if not isinstance(event, LevelUpdate) or (event.px == child.px and event.is_bid is child.side.is_buy):
                    self._moved[child.child_id] = child

    def _on_report(self, at: Ns, report: VenueReport, child: ProbedChild) -> None:
        child.take(report)
        for watch in self._watches:
            watch.on_report(report, child)
        if isinstance(report, ChildAccepted) and child.leaves:
            self._joined(at, child)
        if child.number is not None:
            self.recording.orders[child.number].filled = child.filled
        if not child.leaves:
            self._left(at, child)

    def _joined(self, at: Ns, child: ProbedChild) -> None:
        """Where it rests in a displayed queue, the record of its life begins, and its first bets are made."""
        watched = self._watches[0].ahead(child.child_id) is not None
        if child.px is None or not watched or self._truth(child.venue, child.child_id) is None:
            return
        child.number = len(self.recording.orders)
        self.recording.orders.append(
            OrderLife(
                child_id=child.child_id,
                venue=child.venue,
                symbol=child.symbol,
                is_bid=child.side.is_buy,
                px=child.px,
                qty=child.qty,
                joined_at=at,
            )
        )
        self._resting.setdefault((child.venue, child.symbol), {})[child.child_id] = child
        self._moved[child.child_id] = child
        for horizon_ns in self._horizons_ns:
            self._bet(at, child, horizon_ns)

    def _left(self, at: Ns, child: ProbedChild) -> None:
        del self._children[child.child_id]
        if child.number is not None:
            self.recording.orders[child.number].ended_at = at
            del self._resting[child.venue, child.symbol][child.child_id]
            self._moved.pop(child.child_id, None)

    # --- what is recorded

    def _sample(self, at: Ns, child: ProbedChild) -> None:
        ahead = self._truth(child.venue, child.child_id)
        if ahead is None or child.px is None or child.number is None:
            # Filled or cancelled at the venue, and the word of it under way.
            return
        estimates = tuple(self._places(child))
        if child.told == (ahead, estimates):
            return
        child.told = (ahead, estimates)
        market = self._market[child.symbol]
        shown = market.beside(child.venue, child.side).qty_at(child.px)
        spread = None if market.bid is None or market.ask is None else market.ask - market.bid
        self.recording.samples.append(PlaceSample(at, child.number, ahead, shown, spread, estimates))

    def _places(self, child: ProbedChild) -> Iterator[Qty]:
        for watch in self._watches:
            ahead = watch.ahead(child.child_id)
            assert ahead is not None, child.child_id
            yield ahead

    def _bet(self, at: Ns, child: ProbedChild, horizon_ns: Ns) -> None:
        """Bet on an order that rests, by every forecast."""
        ahead = self._truth(child.venue, child.child_id) if child.leaves else None
        if ahead is not None and child.px is not None:
            self._sequence += 1
            chances = self._chances(at, child, child.px, ahead, horizon_ns / SECOND)
            heappush(self._bets, _Open(at + horizon_ns, self._sequence, at, child, chances))

    def _chances(self, at: Ns, child: ProbedChild, px: Px, ahead: Qty, seconds: float) -> tuple[float, ...]:
        market = self._market[child.symbol]
        rate = self._rates.expected(at, child.symbol, child.venue, bid_hit=child.side.is_buy)
        ticks = spread_ticks(market)
        beside = shares_before(market.beside(child.venue, child.side), px, child.side) + child.leaves
        places = [place + beside for place in self._places(child)]
        chance = self._fill_model.chance
        return (
            *(chance(place, rate, seconds, ticks) for place in places),
            rate_alone(places[self._chosen], rate, seconds),
            chance(ahead + beside, rate, seconds, ticks),
        )

    def _decide(self, bet: _Open) -> None:
        child = bet.child
        assert child.number is not None, child.child_id
        filled = True if child.filled >= child.qty else False if child.leaves else None
        self.recording.bets.append(Bet(bet.at, child.number, bet.due - bet.at, bet.chances, filled))
