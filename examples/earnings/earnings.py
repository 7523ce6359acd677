"""An earnings season: 30 names over five dates, some of them with results due; who goes first, and at what pace.

    python examples/earnings/earnings.py --out season
    python examples/earnings/earnings.py --out season --paper

Names, betas and announcements are made from a seed. Without --paper it stops at the orders of the first date. With it,
orders fill whole, at prices that move when results are out, and costs are told before and after them.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from msgspec import Struct

from router.basket import pictures
from router.basket.attribution import NameCost, name_costs, total
from router.basket.control import Worked, first_orders, work
from router.basket.costs import RiskModel, beta_of, law_of
from router.basket.earnings import (
    BandRule,
    Priority,
    PriorityRule,
    UrgencyRule,
    around_events,
    participation_band,
    priorities,
    season_terms,
    urgency_of,
)
from router.basket.limits import BasketLimits
from router.basket.names import BasketName, periods_of_days
from router.basket.orders import BasketOrder, Done, Execute
from router.basket.plan import BasketPlan, Terms, plan
from router.basket.scheduled_event import Outcome, Regime, ThroughEvent, through_event
from router.basket.sorting import Advice, HardLimits, advise
from router.core.profiles import CalendarDay
from router.core.types import SECOND, Side
from router.market.calendar import local_instant
from router.runtime.analysis.analysis_files import read_impact
from router.runtime.settings import config_folder, default_home
from router.tca.pretrade.rules import Urgency
from router.tca.profile.events import EventKind, EventTime, MarketDate, moves_on, moving
from router.tca.tables import dollars

DATES = ("20260427", "20260428", "20260429", "20260430", "20260501")
RISK = RiskModel(market_sigma=0.010, sector_sigma=0.006)
LAW = law_of(read_impact(config_folder(default_home())).on(DATES[0]).almgren_2005)
BANDS = BandRule(low=0.04, high=0.12, power=1.0, floor=0.02, cap=0.2, event_factor=0.5)
PERIODS_A_DAY = 4
NIGHT = 0.2
HISTORY = 120
SIGMA_USUAL = 0.018
HARD = HardLimits(of_adv=0.6)


class Season(Struct, frozen=True):
    """All that the example made, up to the orders of the first date's first period."""

    names: tuple[BasketName, ...]
    events: tuple[MarketDate, ...]
    sigma_base: dict[str, float]
    queue: tuple[Priority, ...]
    urgency: dict[str, tuple[Urgency, str]]
    advice: tuple[Advice, ...]
    plan: BasketPlan
    first: tuple[BasketOrder, ...]


def days() -> tuple[CalendarDay, ...]:
    """Regular sessions in New York."""
    opens = [local_instant(date, 34_200, "America/New_York") for date in DATES]
    return tuple(CalendarDay(day, at, at + 23_400 * SECOND) for day, at in zip(DATES, opens, strict=True))


def names_of(rng: Random, count: int) -> tuple[tuple[BasketName, ...], dict[str, float]]:
    """Seeded orders, and each name's usual volatility; today's is above or below it."""
    market = [rng.gauss(0, RISK.market_sigma) for _ in range(HISTORY)]
    made = []
    usual = {}
    for number in range(count):
        beta, sigma = rng.uniform(0.6, 1.8), rng.uniform(0.7, 1.5) * SIGMA_USUAL
        found = beta_of([beta * move + rng.gauss(0, 0.012) for move in market], market)
        adv = rng.uniform(1e6, 8e6)
        symbol = f"E{number:02}"
        usual[symbol] = SIGMA_USUAL * rng.uniform(0.8, 1.2)
        made.append(
            BasketName(
                symbol=symbol,
                side=Side.BUY if number % 2 else Side.SELL,
                qty=round(adv * rng.uniform(0.05, 0.3)),
                px=rng.randint(200_000, 2_500_000),
                adv=adv,
                sigma=max(sigma, 0.01),
                spread=0.02,
                beta=found.value,
                beta_error=found.error,
                sector=f"sector-{number % 4}",
            )
        )
    return tuple(made), usual


def announcements(rng: Random, names: Sequence[BasketName]) -> tuple[MarketDate, ...]:
    """A third of the names, but one at least, report within the five dates; a rate decision moves them all."""
    due = rng.sample([name.symbol for name in names], k=max(len(names) // 3, 1))
    results = [
        MarketDate(
            symbol=symbol,
            date=rng.choice(DATES[1:4]),
            kind=EventKind.EARNINGS,
            when=rng.choice((EventTime.BEFORE_OPEN, EventTime.AFTER_CLOSE)),
            volatility=round(rng.uniform(2.5, 4.5), 1),
            volume=2.0,
        )
        for symbol in sorted(due)
    ]
    rates = MarketDate(date=DATES[2], kind=EventKind.RATES, when=EventTime.SESSION, local="14:00", volatility=1.3)
    return (*results, rates)


def season(seed: int, *, count: int = 30) -> Season:
    """From names and events to the first orders."""
    rng = Random(seed)
    names, usual = names_of(rng, count)
    events = announcements(rng, names)
    results = [event for event in events if event.kind is EventKind.EARNINGS]
    queue = priorities(PriorityRule(), names, results, DATES[0], DATES)
    urgency = {
        name.symbol: urgency_of(
            UrgencyRule(), name, sigma_base=usual[name.symbol], events=results, day=DATES[0], dates=DATES
        )
        for name in names
    }
    periods = periods_of_days(days(), PERIODS_A_DAY, night=NIGHT)
    gross = float(sum(name.notional for name in names))
    terms = season_terms(
        Terms(risk=RISK, risk_aversion=3e-8, law=LAW, limits=BasketLimits(imbalance=0.25 * gross)),
        names,
        periods,
        events,
        dates=DATES,
        rule=BANDS,
        sigma_base=usual,
        finish_first=queue,
    )
    # What the caps leave no room for before an announcement stays undone, and is told.
    made = plan(names, periods, terms, best_effort=True)
    advice = advise(names, HARD, {symbol: found for symbol, (found, _) in urgency.items()})
    return Season(names, events, usual, queue, urgency, advice, made, first_orders(made, advice))


def one_name(made: Season) -> tuple[ThroughEvent, tuple[Outcome, ...], float, str]:
    """The first name in the queue alone, through its announcement: Almgren and Chriss's parameter shift."""
    first = made.queue[0]
    name = next(each for each in made.names if each.symbol == first.symbol)
    assert first.event is not None, "a season without results"
    moved = moves_on(first.event, DATES)
    assert moved is not None, first.event.text
    tau = 1 / PERIODS_A_DAY
    sigma, eta = name.sigma * name.price, 0.142 * name.sigma * name.price / name.adv * 3
    now = Regime(sigma=sigma, eta=eta)
    outcomes = (
        Outcome(probability=0.6, regime=now, jump=2 * sigma),
        Outcome(probability=0.4, regime=Regime(sigma=2 * sigma, eta=1.5 * eta), jump=4 * sigma),
    )
    before = DATES.index(moved) * PERIODS_A_DAY
    after = len(DATES) * PERIODS_A_DAY - before
    path = through_event(
        float(name.qty), now, outcomes, risk_aversion=2e-9, tau=tau, before=max(before, 1), after=after
    )
    return path, outcomes, tau, name.symbol


def on_paper(seed: int, made: Season) -> Execute:
    """Fills whole, near the decision price until a name's results move it, and near the moved price then. No market."""
    rng = Random(seed)
    known = {name.symbol: name for name in made.names}
    moves = dict.fromkeys(known, 0)
    jumps = {
        event.symbol: (moves_on(event, DATES), round(known[event.symbol].px * rng.gauss(0, 0.04)))
        for event in made.events
        if event.symbol is not None
    }

    def execute(orders: Sequence[BasketOrder]) -> Mapping[str, Done]:
        done = {}
        for order in orders:
            name = known[order.symbol]
            day, jump = jumps.get(order.symbol, (None, 0))
            start = dict(order.params)["StartTime"][:8]
            moves[order.symbol] = jump if day is not None and start >= day else 0
            px = name.px + moves[order.symbol] + order.side.sign * rng.randint(0, 200)
            done[order.symbol] = Done(order.qty, order.qty * px)
        return done

    return execute


def told(made: Season) -> str:
    """The queue, the bands and the plan in words."""
    lines = [f"{'#':>2} name group beta   why"]
    lines += [f"{p.rank:>2} {p.symbol:4} {p.group:5} {p.beta:4.2f}   {p.reason}" for p in made.queue]
    first = made.queue[0].symbol
    name = next(each for each in made.names if each.symbol == first)
    lines.append(f"participation of {first}:")
    for day in DATES:
        band = participation_band(
            BANDS,
            sigma_base=made.sigma_base[first],
            sigma_now=name.sigma,
            events=moving(made.events, first, day, DATES),
        )
        lines.append(f"  {day}: {band.low:.1%} to {band.high:.1%}  {band.reason}")
    urgent = [symbol for symbol, (urgency, _) in made.urgency.items() if urgency == "High"]
    cost = made.plan.cost
    lines += [
        f"urgency High: {', '.join(urgent)}",
        f"expected cost {dollars(cost.expected)}, timing risk {dollars(cost.risk)}",
        f"{len(made.first)} orders in period 1",
        f"no room before their results: {sum(made.plan.residue.values()):,} shares of {len(made.plan.residue)} names",
    ]
    return "\n".join(lines)


def before_and_after(made: Season, worked: Worked) -> str:
    """Costs of the names with results, of fills before and after their prices moved on them."""
    halves = around_events(worked, made.events, DATES)
    lines = []
    for title, done in (("before", halves.before), ("after", halves.after)):
        names = tuple(name for name in made.plan.names if done.get(name.symbol, Done()).qty)
        costs = name_costs([_as_done(name, done[name.symbol]) for name in names], done, {}, fees={}, advice=made.advice)
        lines.append(f"{title} results: {_line(costs)}")
    return "\n".join(lines)


def _as_done(name: BasketName, done: Done) -> BasketName:
    """The name with the order that this half of its fills makes: nothing left, so nothing to value."""
    return BasketName(**{**{field: getattr(name, field) for field in name.__struct_fields__}, "qty": done.qty})


def _line(costs: Sequence[NameCost]) -> str:
    whole = total(costs)
    shown = "nothing traded" if whole.bps is None else f"{whole.bps:.1f} bp"
    return f"{whole.names} names, {dollars(float(whole.parts.total))} ({shown}) on {dollars(float(whole.notional))}"


def main() -> None:
    """Plan, tell and draw, and on request work it on paper."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for pictures")
    parser.add_argument("--seed", type=int, default=20260427)
    parser.add_argument("--names", type=int, default=30)
    parser.add_argument("--paper", action="store_true", help="fill the orders on paper")
    arguments = parser.parse_args()
    made = season(arguments.seed, count=arguments.names)
    arguments.out.mkdir(parents=True, exist_ok=True)
    marks = {event.symbol: day for event in made.events if event.symbol and (day := moves_on(event, DATES))}
    (arguments.out / "season.svg").write_text(pictures.season_picture(made.plan, marks), encoding="utf-8")
    path, outcomes, tau, symbol = one_name(made)
    (arguments.out / "event.svg").write_text(pictures.event_picture(path, outcomes, tau), encoding="utf-8")
    print(told(made))
    print(f"{symbol} alone: {path.left_at_event / path.before[0]:.1%} of the order left at its announcement")
    if arguments.paper:
        print(before_and_after(made, work(made.plan, made.advice, on_paper(arguments.seed, made))))


if __name__ == "__main__":
    main()
