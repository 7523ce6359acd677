"""What every algorithm promises, as tests to inherit; and the small deterministic engine that they run against.

For authors of algorithms, strangers included: subclass `AlgorithmContract`, name a factory and parameters, and let your
test runner collect the subclass. It must not know any algorithm, nor any test runner.

The `Driver` is no market simulator: its market is a straight line, and what it does to slices is drawn from a seed. It
exists to ask whether an algorithm keeps its promises when slices are ignored, partly filled, sent back or answered
late, when the market halts and when the client changes its mind.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise
from random import Random
from typing import ClassVar, Final, TypeAlias

from msgspec import Struct, structs

from router.api import (
    MILLISECOND,
    PPM,
    SECOND,
    Action,
    AlgoFactory,
    AlgoParams,
    AlgoView,
    CancelWorking,
    Cause,
    Done,
    Instrument,
    MarketView,
    Ns,
    OrderTerms,
    OrdType,
    Phase,
    Ppm,
    Px,
    Qty,
    Side,
    Slice,
    Urgency,
    WakeAt,
    WatchPx,
    WatchVolume,
)

WAKES_PER_SECOND_MAX: Final = 10
"""More, on average over the window, is a loop: ours wake once a second at most, and once for each slice that ends."""


class Conditions(Struct, frozen=True, kw_only=True):
    """What the driver does to an order. Times count from the order's start, quantities are shares.

    `returned` slices come back at once and unfilled, `ignored` ones rest unfilled until their end; of the others a
    passive or neutral one is filled in part over its life, an aggressive one at once. `filled` is how much of them.
    """

    seed: int = 1
    lead: Ns = 10 * SECOND
    ignored: Ppm = 0
    returned: Ppm = 0
    filled: Ppm = PPM
    reply: Ns = MILLISECOND
    volume_per_second: Qty = 1_000
    halts: tuple[tuple[Ns, Ns], ...] = ()
    quotes: tuple[tuple[Ns, Px, Px], ...] = ((0, 1_000_000, 1_000_100),)
    amendments: tuple[tuple[Ns, AlgoParams, OrderTerms], ...] = ()
    wakes: tuple[Ns, ...] = ()
    """Wake-ups that nobody asked for."""


class Cut(Struct, frozen=True):
    """One slice and when it was cut."""

    at: Ns
    slice: Slice


class Run(Struct, frozen=True):
    """What became of an order. `path` is (time, filled) after each fill; `log` every wake-up's actions."""

    cuts: tuple[Cut, ...]
    filled: Qty
    path: tuple[tuple[Ns, Qty], ...]
    done_at: Ns | None
    log: tuple[tuple[Ns, Cause, tuple[Action, ...]], ...]


class _Working:
    """One slice at the market."""

    def __init__(self, qty: Qty) -> None:
        self.leaves = qty


class _Fill(Struct, frozen=True):
    working: int
    qty: Qty


class _End(Struct, frozen=True):
    working: int


class _Timer(Struct, frozen=True):
    generation: int


class _Tell(Struct, frozen=True):
    cause: Cause


class _Amend(Struct, frozen=True):
    params: AlgoParams
    terms: OrderTerms


_Step: TypeAlias = _Fill | _End | _Timer | _Tell | _Amend


class Driver:
    """Runs one order of one algorithm from arrival to Done, checking every view and action on the way.

    Each decision is asked of two instances that saw the same views: they must answer the same.
    """

    def __init__(self, factory: AlgoFactory, params: AlgoParams, terms: OrderTerms, conditions: Conditions) -> None:
        self.terms = terms
        self.conditions = conditions
        self._algorithm = factory(params, terms)
        self._twin = factory(params, terms)
        self._rng, self._twin_rng = Random(terms.seed), Random(terms.seed)
        self._fate = Random(conditions.seed)
        self._origin = terms.start
        self._now = terms.start - conditions.lead
        self._heap: list[tuple[Ns, int, _Step]] = []
        self._count = 0
        self._timer = 0
        self._watch: Px | None = None
        self._watch_volume: Qty | None = None
        self._working: dict[int, _Working] = {}
        self._open: Qty = 0
        self._filled: Qty = 0
        self._cuts: list[Cut] = []
        self._path: list[tuple[Ns, Qty]] = []
        self._log: list[tuple[Ns, Cause, tuple[Action, ...]]] = []
        self._done_at: Ns | None = None

    def run(self) -> Run:
        """Raises AssertionError, naming its datum, where a promise is broken."""
        self._at(self._now, _Tell(Cause.START))
        for begin, end in self.conditions.halts:
            self._at(self._origin + begin, _Tell(Cause.HALTED))
            self._at(self._origin + end, _Tell(Cause.RESUMED))
        for at, params, terms in self.conditions.amendments:
            self._at(self._origin + at, _Amend(params, terms))
        for at, _, _ in self.conditions.quotes:
            self._at(self._origin + at, _Tell(Cause.PRICE))
        for at in self.conditions.wakes:
            self._at(self._origin + at, _Tell(Cause.TIMER))
        while self._heap and self._done_at is None:
            self._now, _, step = heappop(self._heap)
            self._take(step)
            assert len(self._log) < self._wakes_max, f"{len(self._log)} wake-ups: a loop"
        return Run(tuple(self._cuts), self._filled, tuple(self._path), self._done_at, tuple(self._log))

    @property
    def _wakes_max(self) -> int:
        return 1_000 + WAKES_PER_SECOND_MAX * (self.terms.end - self._origin) // SECOND

    # ---------------------------------------------------------------------------------------------------- the market

    def market(self, at: Ns) -> MarketView:
        """A flat tape at `volume_per_second`, silent in halts, between the quotes given."""
        bid, ask = self._quote(at)
        silent = sum(max(0, min(at - self._origin, end) - begin) for begin, end in self.conditions.halts)
        volume = max(0, at - self._origin - silent) * self.conditions.volume_per_second // SECOND
        halted = any(begin <= at - self._origin < end for begin, end in self.conditions.halts)
        return MarketView(
            phase=Phase.HALTED if halted else Phase.CONTINUOUS,
            bid=bid,
            ask=ask,
            bid_qty=1_000,
            ask_qty=1_000,
            last=bid,
            volume=volume,
            day_volume=volume,
            volume_notional=volume * bid,
            arrival_mid2=self.conditions.quotes[0][1] + self.conditions.quotes[0][2],
        )

    def _quote(self, at: Ns) -> tuple[Px, Px]:
        quotes = self.conditions.quotes
        current = [quote for quote in quotes if self._origin + quote[0] <= at] or [quotes[0]]
        return current[-1][1], current[-1][2]

    def _is_marketable(self, cut: Slice) -> bool:
        touch = self.market(self._now).touch(self.terms.side)
        limits = (cut.limit_px, self.terms.limit_px)
        return touch is not None and all(self.terms.side.accepts(limit, touch) for limit in limits)

    # ---------------------------------------------------------------------------------------------------------- steps

    def _at(self, at: Ns, step: _Step) -> None:
        self._count += 1
        heappush(self._heap, (at, self._count, step))

    def _take(self, step: _Step) -> None:
        match step:
            case _Fill(index, qty):
                self._fill(index, qty)
            case _End(index):
                self._end(index)
            case _Timer(generation):
                if generation == self._timer:
                    self._wake(Cause.TIMER)
            case _Amend(params, terms):
                self._amend(params, terms)
            case _Tell(cause):
                self._tell(cause)

    def _tell(self, cause: Cause) -> None:
        if cause is Cause.PRICE and not self._at_watched_price():
            return
        if cause is Cause.PRICE:
            self._watch = None
        if cause is Cause.VOLUME:
            if self._watch_volume is None or self.market(self._now).volume <= self._watch_volume:
                return
            self._watch_volume = None
        self._wake(cause)

    def _at_watched_price(self) -> bool:
        touch = self.market(self._now).touch(self.terms.side)
        return self._watch is not None and touch is not None and self.terms.side.accepts(self._watch, touch)

    def _fill(self, index: int, qty: Qty) -> None:
        working = self._working.get(index)
        if working is None or qty == 0:
            return
        qty = min(qty, working.leaves)
        working.leaves -= qty
        self._open -= qty
        self._filled += qty
        self._path.append((self._now, self._filled))
        if working.leaves == 0:
            self._end(index)

    def _end(self, index: int) -> None:
        working = self._working.pop(index, None)
        if working is not None:
            self._open -= working.leaves
            self._wake(Cause.SLICE_DONE)

    def _amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        # An order cannot become smaller than what is filled and still open.
        terms = structs.replace(terms, qty=max(terms.qty, self._filled + self._open))
        self.terms = terms
        self._algorithm.on_amend(params, terms)
        self._twin.on_amend(params, terms)
        self._wake(Cause.AMENDED)

    # ----------------------------------------------------------------------------------------------------- the order

    def _view(self, cause: Cause, rng: Random) -> AlgoView:
        return AlgoView(
            now=self._now,
            cause=cause,
            order=self.terms,
            market=self.market(self._now),
            filled=self._filled,
            open=self._open,
            available=self.terms.qty - self._filled - self._open,
            slices_open=len(self._working),
            rng=rng,
        )

    def _wake(self, cause: Cause) -> None:
        if self._done_at is not None:
            return
        view = self._view(cause, self._rng)
        actions = self._algorithm.on_wake(view)
        twin = self._twin.on_wake(self._view(cause, self._twin_rng))
        assert actions == twin, f"the same view at {self._now} gave {actions} and {twin}"
        self._log.append((self._now, cause, tuple(actions)))
        check_actions(view, actions)
        for action in actions:
            self._obey(action)

    def _obey(self, action: Action) -> None:
        match action:
            case Slice():
                self._work(action)
            case CancelWorking():
                for index in self._working:
                    self._at(self._now + self.conditions.reply, _End(index))
            case WakeAt(at):
                self._timer += 1
                self._at(at, _Timer(self._timer))
            case WatchPx(px):
                self._watch = px
                self._at(self._now + 1, _Tell(Cause.PRICE))
            case WatchVolume(above):
                self._watch_volume = above
                self._tell_volume()
            case Done():
                self._done_at = self._now
            case _:
                pass  # Remember changes nothing here.

    def _tell_volume(self) -> None:
        """Tell of volume where it is above what is watched for: the tape is flat but for halts, so look each second."""
        for second in range(1, (self.terms.end - self._now) // SECOND + 1):
            at = self._now + second * SECOND
            if self._watch_volume is not None and self.market(at).volume > self._watch_volume:
                self._at(at, _Tell(Cause.VOLUME))
                return

    def _work(self, action: Slice) -> None:
        index = len(self._cuts)
        self._cuts.append(Cut(self._now, action))
        self._working[index] = _Working(action.qty)
        self._open += action.qty
        until = self.terms.end if action.until is None else action.until
        reply = self.conditions.reply
        fate = self._fate.randrange(PPM)
        if fate < self.conditions.returned:
            self._at(self._now + reply, _End(index))
            return
        self._at(until + reply, _End(index))
        if fate < self.conditions.returned + self.conditions.ignored:
            return
        qty = -(-action.qty * self.conditions.filled // PPM)
        if action.urgency is Urgency.AGGRESSIVE:
            self._at(self._now + reply, _Fill(index, qty if self._is_marketable(action) else 0))
            self._at(self._now + 2 * reply, _End(index))
            return
        first = self._fate.randint(0, qty)
        self._at(self._now + (until - self._now) // 3, _Fill(index, first))
        self._at(self._now + 2 * (until - self._now) // 3, _Fill(index, qty - first))


def check_actions(view: AlgoView, actions: list[Action]) -> None:
    """What any engine demands of one answer. AssertionError where it is broken."""
    order, open_qty, available = view.order, view.open, view.available
    assert view.filled + view.open + view.available == order.qty, view
    for action in actions:
        if isinstance(action, Slice):
            where = f"at {view.now}: {action}"
            assert 0 < action.qty <= available, f"{available} available {where}"
            assert order.start <= view.now < order.end, f"window {order.start} to {order.end} {where}"
            assert view.market.phase is Phase.CONTINUOUS, f"{view.market.phase} {where}"
            assert action.until is None or view.now < action.until <= order.end, f"end {order.end} {where}"
            assert action.limit_px is None or order.side.accepts(order.limit_px, action.limit_px), where
            open_qty += action.qty
            available -= action.qty
            is_last = view.filled + open_qty == order.qty
            assert is_last or action.qty % order.instrument.round_lot == 0, f"an odd lot before the last {where}"
        if isinstance(action, WakeAt):
            assert action.at > view.now, f"a wake-up at {action.at} asked for at {view.now}"
    assert sum(isinstance(action, WakeAt | Done) for action in actions) <= 1, actions


# ------------------------------------------------------------------------------------------------------- the contract


def example_terms(qty: Qty = 10_037, minutes: int = 30, **changes: object) -> OrderTerms:
    """A buy of an odd quantity in half an hour of an eight-hour day, market price."""
    day_open = 1_782_912_600 * SECOND
    start = day_open + 3600 * SECOND
    terms = OrderTerms(
        order_id="example",
        instrument=Instrument("EXMP"),
        side=Side.BUY,
        qty=qty,
        ord_type=OrdType.MARKET,
        limit_px=None,
        start=start,
        end=start + minutes * 60 * SECOND,
        session_open=day_open,
        session_close=day_open + 8 * 3600 * SECOND,
        seed=7,
    )
    return structs.replace(terms, **changes)


class AlgorithmContract:
    """Subclass, set `factory` and `params`; override `terms` where the algorithm needs more of an order."""

    factory: ClassVar[AlgoFactory]
    params: ClassVar[AlgoParams]

    def terms(self) -> OrderTerms:
        """The order that the promises are tested on."""
        return example_terms()

    def drive(self, conditions: Conditions, terms: OrderTerms | None = None) -> Run:
        """Run one order; what the driver checks on the way is most of the contract."""
        return Driver(type(self).factory, self.params, terms or self.terms(), conditions).run()

    def test_its_parameters_are_a_struct_of_its_own_and_its_name_is_not_empty(self) -> None:
        assert isinstance(self.params, type(self).factory.Params)
        assert type(self).factory.name

    def test_it_trades_inside_its_window_and_says_done_by_the_end(self) -> None:
        run = self.drive(Conditions())

        assert run.cuts, "it never traded"
        assert run.done_at is not None
        assert run.done_at <= self.terms().end

    def test_quantities_add_up_when_slices_are_ignored_sent_back_or_partly_filled(self) -> None:
        for seed in range(5):
            run = self.drive(Conditions(seed=seed, ignored=300_000, returned=200_000, filled=600_000))

            assert run.filled <= self.terms().qty, seed
            assert run.done_at is not None, seed

    def test_it_does_not_slice_in_a_halt_and_goes_on_after_it(self) -> None:
        window = self.terms().end - self.terms().start
        run = self.drive(Conditions(halts=((window // 4, window // 2),)))

        went_on = any(cut.at >= self.terms().start + window // 2 for cut in run.cuts)
        assert went_on or run.filled == self.terms().qty, "it never traded again"

    def test_it_bears_slow_venues(self) -> None:
        run = self.drive(Conditions(reply=5 * SECOND, ignored=300_000))

        assert run.done_at is not None

    def test_a_market_that_refuses_every_slice_is_not_asked_without_end(self) -> None:
        run = self.drive(Conditions(returned=PPM))

        seconds = (self.terms().end - self.terms().start) // SECOND
        assert len(run.cuts) <= 10 * seconds, f"{len(run.cuts)} slices in {seconds} s"
        assert run.filled == 0

    def test_a_wake_up_that_nobody_asked_for_sends_nothing_twice(self) -> None:
        window = self.terms().end - self.terms().start
        extra = tuple(window * step // 100 for step in range(100))

        assert self.drive(Conditions(wakes=extra)).filled <= self.terms().qty

    def test_an_amendment_keeps_what_is_filled_and_works_the_new_quantity(self) -> None:
        terms = self.terms()
        middle = (terms.end - terms.start) // 2
        for qty in (terms.qty * 2, terms.qty // 2):
            amended = structs.replace(terms, qty=qty)
            run = self.drive(Conditions(amendments=((middle, self.params, amended),)))

            assert run.done_at is not None, qty
            # A client may ask for less than is filled or open already: then that is what the order becomes.
            before = max((filled for at, filled in run.path if at <= terms.start + middle), default=0)
            assert before <= run.filled <= max(qty, terms.qty), qty

    def test_an_end_that_is_moved_forward_is_kept(self) -> None:
        terms = self.terms()
        middle = (terms.end - terms.start) // 2
        sooner = structs.replace(terms, end=terms.start + middle * 3 // 2)
        run = self.drive(Conditions(amendments=((middle, self.params, sooner),)))

        assert run.done_at is not None
        assert run.done_at <= sooner.end

    def test_its_expected_schedule_runs_from_nothing_at_the_start_to_the_end_and_never_back(self) -> None:
        terms = self.terms()
        points = type(self).factory.expected_schedule(self.params, terms)

        assert (points[0].at, points[0].qty, points[-1].at) == (terms.start, 0, terms.end)
        assert all(one.at < two.at and one.qty <= two.qty for one, two in pairwise(points))
        assert points[-1].qty <= terms.qty
