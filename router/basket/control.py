"""A basket under way: what may be sent now whatever fills, and the plan made again from what was filled.

Two guards. Between solutions `throttle` holds back: if everything of one side that is sent fills and nothing of the
other, every band still holds. From period to period `replan` solves what is left, which is the old plan's tail where
fills were as planned. Bounds that a surprise has made impossible give as little as they can, and that is said. A band
of a period holds at its end: within a period that begins outside of it, nothing is sent that could lead further out.
Knows no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from router.basket.infeasible import Conflict
from router.basket.names import BasketError, BasketName, Floats, Period
from router.basket.orders import BasketOrder, Done, Execute, window_orders
from router.basket.plan import STILL, BasketPlan, Terms, plan
from router.basket.problem import Band, Measure
from router.basket.sorting import Advice
from router.core.types import HandlInst, Qty

ROUGH: Final = 1e-3
"""Under way a plan settles to a thousandth of an order: fills and lots are coarser than that."""


def first_orders(made: BasketPlan, advice: Sequence[Advice]) -> tuple[BasketOrder, ...]:
    """The list that would be sent for the first period, all of it at once."""
    period, limits = made.periods[0], made.terms.limits
    return window_orders(
        made.names,
        {each.symbol: each for each in advice},
        [row[0] for row in made.shares],
        start=period.start,
        end=period.end,
        participation=lambda name: limits.rate_of(name, 0),
    )


def throttle(
    names: Sequence[BasketName], bands: Sequence[Band], left: Sequence[Qty], wanted: Sequence[Qty], spent: float
) -> tuple[Qty, ...]:
    """Shares of each name that may be open now, at most `wanted`, so that no band breaks in the worst order of fills.

    `left`: shares not filled yet; the bands' first period is the one that runs; `spent`: bought less sold so far. Where
    a band asks for less, all names that push it that way are cut by one factor, then to whole lots. A band that is
    broken already lets nothing push it further out.
    """
    value = np.array([name.value for name in names])
    asked = np.array(wanted, dtype=np.float64)
    waiting = np.array(left, dtype=np.float64)
    factor = np.ones(len(names))
    for band in bands:
        done = band.measure is Measure.DONE
        now = spent if done else float((band.members * value) @ waiting)
        push = band.members * value * asked * (1 if done else -1)
        for moved, room in ((np.maximum(push, 0), band.high[0] - now), (np.maximum(-push, 0), now - band.low[0])):
            total, allowed = float(moved.sum()), max(float(room), 0.0)
            if total > allowed:
                factor = np.where(moved > 0, np.minimum(factor, allowed / total), factor)
    return tuple(
        qty if part >= 1 else int(qty * part) // name.lot * name.lot
        for name, qty, part in zip(names, wanted, factor, strict=True)
    )


def tail(terms: Terms, period: int) -> Terms:
    """The terms from `period` on."""
    later = {symbol: extra[period:] for symbol, extra in terms.announcements.items()}
    return replace(terms, limits=terms.limits.tail(period), announcements=later)


def replan(
    before: BasketPlan,
    period: int,
    filled: Mapping[str, Qty],
    *,
    spent: float | None = None,
    best_effort: bool = False,
    still: float = STILL,
) -> BasketPlan:
    """What is left at the start of `period` (from 0), planned for the periods from there on; done names drop out.

    `filled`: by symbol, since the start of `before`. `spent`: bought less sold, at the fills' own prices; left out: at
    the decision prices. `best_effort` and `still` as in `plan`. Raises `BasketError` where nothing is left, or more was
    filled than ordered; `InfeasibleError`.
    """
    names, places = _rest(before.names, filled)
    if not names:
        raise BasketError("basket: everything is filled, nothing is left to plan")
    at_decision = sum(name.value * filled.get(name.symbol, 0) for name in before.names)
    trades: Floats = before.schedule.trades[places][:, period:]
    return plan(
        names,
        before.periods[period:],
        tail(before.terms, period),
        spent=before.spent + at_decision if spent is None else spent,
        start=trades,
        best_effort=best_effort,
        still=still,
    )


def _rest(names: Sequence[BasketName], filled: Mapping[str, Qty]) -> tuple[list[BasketName], list[int]]:
    rest: list[BasketName] = []
    places: list[int] = []
    for place, name in enumerate(names):
        qty = filled.get(name.symbol, 0)
        if not 0 <= qty <= name.qty:
            raise BasketError(f"{name.symbol}: CumQty(14) must be 0 to {name.qty}: got {qty}")
        if qty < name.qty:
            rest.append(replace(name, qty=name.qty - qty))
            places.append(place)
    return rest, places


class Step(Struct, frozen=True, kw_only=True):
    """One round of one period: what was sent, what was done, and where the basket stood after it."""

    period: int
    round: int
    orders: tuple[BasketOrder, ...]
    done: Mapping[str, Done]
    imbalance: float
    """Buys less sells still to trade, at decision prices, in the currency."""
    bands: dict[str, float]
    """Each band's measure after it."""
    limits: dict[str, tuple[float, float]]
    """Each band's low and high in its period, as they were held."""
    gave: tuple[Conflict, ...] = ()
    """Bounds that had to give, told in the first round of the plan that loosened them."""


class Worked(Struct, frozen=True, kw_only=True):
    """A basket that was worked: its steps, fills by symbol, and what could not be done within the caps."""

    plan: BasketPlan
    steps: tuple[Step, ...]
    filled: dict[str, Done]

    def left(self) -> dict[str, Qty]:
        """LeavesQty(151) by symbol, of names that have any."""
        leaves = {name.symbol: name.qty - self.filled[name.symbol].qty for name in self.plan.names}
        return {symbol: qty for symbol, qty in leaves.items() if qty}


def work(
    first: BasketPlan,
    advice: Sequence[Advice],
    execute: Execute,
    *,
    rounds: int = 1,
    readvise: Callable[[Period], Sequence[Advice]] | None = None,
) -> Worked:
    """Work the plan: in each period `rounds` equal windows, each throttled by what has filled; then plan again.

    `execute` is given one window's orders at a time. A period after which all is as planned keeps the plan's tail.
    `readvise`: how names are to be worked from the beginning of a period, in place of `advice`.
    """
    course = _Course(first, advice, execute)
    steps: list[Step] = []
    for period in range(len(first.periods)):
        if readvise is not None:
            course.take_advice(readvise(first.periods[period]))
        gave = course.turn(period)
        for number in range(rounds if course.names else 0):
            step = course.step(period, number, rounds)
            steps.append(replace(step, gave=gave) if number == 0 else step)
    return Worked(plan=first, steps=tuple(steps), filled=course.filled)


class _Course:
    """The state of a basket under way. `expected` is what the current plan wants filled at the start of its period."""

    def __init__(self, first: BasketPlan, advice: Sequence[Advice], execute: Execute) -> None:
        self.first = first
        self.take_advice(advice)
        self.current = first
        self.begun = 0
        self.execute = execute
        self.filled = {name.symbol: Done() for name in first.names}
        self.expected = dict.fromkeys(self.filled, 0)
        self.names: tuple[BasketName, ...] = first.names

    def take_advice(self, advice: Sequence[Advice]) -> None:
        """Work names so from now on."""
        automated = {each.symbol for each in advice if each.handl_inst is HandlInst.AUTOMATED}
        if without := [name.symbol for name in self.first.names if name.symbol not in automated]:
            raise BasketError(f"basket: planned, but no algorithm is advised for: {', '.join(without)}")
        self.advice = {each.symbol: each for each in advice}

    def turn(self, period: int) -> tuple[Conflict, ...]:
        """Begin a period: plan again after a surprise. The bounds that the new plan had to loosen."""
        done = {symbol: each.qty for symbol, each in self.filled.items()}
        gave: tuple[Conflict, ...] = self.first.gave if period == 0 else ()
        if all(done[name.symbol] == name.qty for name in self.first.names):
            self.names = ()
        elif done != self.expected:
            self.current = replan(self.first, period, done, spent=self.spent, best_effort=True, still=ROUGH)
            self.begun, self.expected, gave = period, done, self.current.gave
            self.names = self.current.names
        for name, row in zip(self.current.names, self.current.shares, strict=True):
            self.expected[name.symbol] += row[period - self.begun]
        return gave

    @property
    def spent(self) -> float:
        """Bought less sold, at the fills' own prices, in the currency."""
        own = sum(name.side.sign * self.filled[name.symbol].notional / name.price_scale for name in self.first.names)
        return self.first.spent + own

    def step(self, period: int, number: int, rounds: int) -> Step:
        """Send what is due by the end of this round and no band forbids, and take in what was done."""
        place = period - self.begun
        bands = [_at(band, place) for band in self.current.problem.bands]
        orders = self._orders(bands, self.first.periods[period], place, number, rounds)
        done = self.execute(orders)
        for order in orders:
            self._take(order, done.get(order.symbol, Done()))
        left = self._left()
        value = np.array([name.value for name in self.names])
        return Step(
            period=period,
            round=number,
            orders=orders,
            done={order.symbol: done.get(order.symbol, Done()) for order in orders},
            imbalance=float(value @ left),
            bands={band.label: _now(band, value, left, self.spent) for band in bands},
            limits={band.label: (float(band.low[0]), float(band.high[0])) for band in bands},
        )

    def _orders(
        self, bands: Sequence[Band], period: Period, place: int, number: int, rounds: int
    ) -> tuple[BasketOrder, ...]:
        left = self._left()
        wanted = [
            self._due(name, row[place], number, rounds)
            for name, row in zip(self.names, self.current.shares, strict=True)
        ]
        allowed = throttle(self.names, bands, left, wanted, self.spent)
        length = period.end - period.start
        start, end = (period.start + length * each // rounds for each in (number, number + 1))
        limits = self.current.terms.limits
        return window_orders(
            self.names,
            self.advice,
            allowed,
            start=start,
            end=end,
            participation=lambda name: limits.rate_of(name, place),
        )

    def _due(self, name: BasketName, of_period: Qty, number: int, rounds: int) -> Qty:
        """What should be open now: the period's shares by the end of this round, less those filled already."""
        before = self.expected[name.symbol] - of_period
        last = number == rounds - 1
        by_now = of_period if last else of_period * (number + 1) // rounds // name.lot * name.lot
        return max(before + by_now - self.filled[name.symbol].qty, 0)

    def _take(self, order: BasketOrder, done: Done) -> None:
        if not 0 <= done.qty <= order.qty:
            raise BasketError(f"{order.symbol}: executed must be 0 to OrderQty(38) {order.qty}: got {done.qty}")
        before = self.filled[order.symbol]
        self.filled[order.symbol] = Done(before.qty + done.qty, before.notional + done.notional)

    def _left(self) -> list[Qty]:
        """Shares of each current name that the current plan has still to do."""
        ordered = {name.symbol: name.qty for name in self.first.names}
        return [ordered[name.symbol] - self.filled[name.symbol].qty for name in self.names]


def _at(band: Band, place: int) -> Band:
    """The band from one of its periods on."""
    return replace(band, low=band.low[place:], high=band.high[place:])


def _now(band: Band, value: Floats, left: Sequence[Qty], spent: float) -> float:
    return spent if band.measure is Measure.DONE else float((band.members * value) @ np.array(left, dtype=np.float64))
