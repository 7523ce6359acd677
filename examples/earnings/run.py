"""The earnings season of `earnings.py`, worked through five simulated dates on which results come out and prices jump.

    python examples/earnings/run.py --out season

Who goes first, how fast and how urgently is the plan's; each announcement is a happening of a scenario, written beside
the report. Then: what trading cost before each name's results, and what after them. The same options, the same files.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import earnings
import msgspec
from msgspec import Struct

from router.basket import pictures
from router.basket.attribution import NameCost, Parts, name_costs
from router.basket.causes import Causes, causes_of, fees_of, last_prices, never_sent, order_costs, together
from router.basket.control import Worked, work
from router.basket.earnings import UrgencyRule, participation_band, urgency_of
from router.basket.names import BasketName, Period
from router.basket.orders import Done
from router.basket.page import CAUSES_HEAD, Picture, Report, causes_row
from router.basket.sorting import Advice, advise
from router.core.types import SECOND
from router.runtime.analysis.basket_desk import BasketDesk
from router.runtime.analysis.basket_files import write_names, write_report
from router.runtime.analysis.filled_templates import write_pretrade
from router.runtime.analysis.invented_names import InventedName, invented_home
from router.runtime.analysis.journal_cases import read_recorder
from router.runtime.assembly import make_days
from router.runtime.journal_file import FILE_NAME
from router.runtime.scenario_files import Scenarios
from router.runtime.settings import Settings
from router.tca.exact import exact_decimal
from router.tca.facts.case import Case, cases
from router.tca.facts.marks import arrival
from router.tca.profile.events import EventTime, MarketDate, moves_on, moving
from router.tca.tables import Table, dollars, interval_text, part_text
from router.tca.universe.compare import ClusterBy, EventStudy, before_after
from router.tca.universe.outcome import Outcome
from router.tca.universe.outcome_of import outcome_of
from simulator.scenario_file import parse_scenario
from simulator.several_days import EVENING_NS

WARM_UP_NS = 5 * SECOND
ANNOUNCED = "20260429"
"""Of dates counted from each name's own results, this stands for the one that they move."""


class Result(Struct, frozen=True):
    """The season, over: costs by name in whole, and of its fills before and after its results."""

    worked: Worked
    costs: tuple[NameCost, ...]
    causes: dict[str, Causes]
    halves: dict[str, tuple[tuple[NameCost, ...], dict[str, Causes]]]
    study: EventStudy | None
    rejected: tuple[str, ...]


def scenario(seed: int, events: Sequence[MarketDate]) -> str:
    """What the market does with the calendar: each announcement a jump, and a mood that goes in half an hour."""
    rng = Random(f"{seed}/results")
    lines = [f'name = "season"\nseed = {seed}\n']
    for event in events:
        date = moves_on(event, earnings.DATES)
        assert date is not None, event.text
        # The variance that the event adds to the date's: one surprise.
        jump = rng.gauss(0, 1) * max(event.volatility**2 - 1, 0) ** 0.5
        when = f'at = "{event.local}"' if event.when is EventTime.SESSION and event.local else "after_open_s = 0"
        whose = f'symbols = ["{event.symbol}"]\n' if event.symbol else ""
        lines.append(
            f'[[happening]]\nwhat = "news"\ndate = "{date}"\n{when}\n{whose}jump_sigmas = {jump:.3f}\n'
            f"rate_times = {event.volume}\nspread_times = 2.5\ndepth_times = 0.5\ndecay_s = 1800\n"
        )
    return "\n".join(lines)


def home_of(made: earnings.Season, home: Path, *, pace: float) -> Settings:
    """Settings whose instruments are the season's."""
    names = [InventedName(symbol=n.symbol, px=n.px, adv=n.adv, sigma=n.sigma, spread=n.spread) for n in made.names]
    return invented_home(home, names, pace=pace)


def trade(made: earnings.Season, settings: Settings, out: Path, *, seed: int, rounds: int) -> Result:
    """Work the season on its five dates."""
    path = out / "season.toml"
    path.write_text(scenario(seed, made.events), encoding="utf-8")
    happenings = Scenarios((path,), (parse_scenario(path.read_text(encoding="utf-8")),))
    market = make_days(settings, f"synthetic:{seed}", earnings.DATES[0], len(earnings.DATES), happenings)
    desk = BasketDesk(settings, market, out / "state")
    desk.run(made.plan.periods[0].start + WARM_UP_NS)
    worked = work(made.plan, made.advice, desk.execute, rounds=rounds, readvise=lambda period: advice_of(made, period))
    desk.run(made.plan.periods[-1].end + EVENING_NS)
    desk.close()
    return account(made, worked, desk, out / "state" / FILE_NAME)


def advice_of(made: earnings.Season, period: Period) -> tuple[Advice, ...]:
    """How each name is worked on the period's date: urgency by what is ahead of it then."""
    results = [event for event in made.events if event.symbol is not None]
    urgency = {
        name.symbol: urgency_of(
            UrgencyRule(),
            name,
            sigma_base=made.sigma_base[name.symbol],
            events=results,
            day=period.day,
            dates=earnings.DATES,
        )[0]
        for name in made.names
    }
    return advise(made.names, earnings.HARD, urgency)


# --- what it cost


def account(made: earnings.Season, worked: Worked, desk: BasketDesk, journal: Path) -> Result:
    """Costs by name from the journal: in whole, and of each name with results before and after they moved its price."""
    recorder = read_recorder(journal)
    found = list(cases(recorder))
    orders = order_costs(found)
    last = last_prices([*found, *never_sent(recorder, [name.symbol for name in made.names])])
    costs = name_costs(made.names, worked.filled, last, fees=fees_of(orders), advice=made.advice)
    moved = results_of(made.events)
    sides = {
        "before": [case for case in found if case.record.symbol in moved and _day(case) < moved[case.record.symbol]],
        "after": [case for case in found if case.record.symbol in moved and _day(case) >= moved[case.record.symbol]],
    }
    return Result(
        worked=worked,
        costs=costs,
        causes=causes_of(costs, orders),
        halves={side: half(made, own) for side, own in sides.items()},
        study=study(made, found, moved),
        rejected=desk.rejected,
    )


def results_of(events: Sequence[MarketDate]) -> dict[str, str]:
    """By symbol, the first date whose prices its own results move."""
    found: dict[str, str] = {}
    for event in events:
        date = moves_on(event, earnings.DATES)
        if event.symbol is not None and date is not None:
            found[event.symbol] = min(date, found.get(event.symbol, date))
    return found


def half(made: earnings.Season, own: Sequence[Case]) -> tuple[tuple[NameCost, ...], dict[str, Causes]]:
    """What some orders cost against the season's decision; only what they filled is theirs."""
    done: dict[str, Done] = {}
    for case in own:
        old = done.get(case.record.symbol, Done())
        done[case.record.symbol] = Done(old.qty + case.record.cum_qty, old.notional + case.record.notional)
    names = [_only(name, done[name.symbol].qty) for name in made.names if done.get(name.symbol, Done()).qty]
    orders = order_costs(own)
    costs = name_costs(names, done, {}, fees=fees_of(orders), advice=made.advice)
    return costs, causes_of(costs, orders)


def _only(name: BasketName, qty: int) -> BasketName:
    return msgspec.structs.replace(name, qty=qty)


def _day(case: Case) -> str:
    return case.day(case.record.arrived_at)


def study(made: earnings.Season, found: Sequence[Case], moved: Mapping[str, str]) -> EventStudy | None:
    """Orders after their name's results less those before, in bp of their own arrival: dates counted from the results.

    None where one side has no order. Errors by order; an order without a midpoint at its arrival has no such cost.
    """
    sigma = {name.symbol: name.sigma for name in made.names}
    outcomes = [
        aligned(outcome_of(case, sigma=sigma[case.record.symbol]), moved[case.record.symbol])
        for case in found
        if case.record.symbol in moved and case.record.cum_qty and arrival(case).px is not None
    ]
    sides = {outcome.date >= ANNOUNCED for outcome in outcomes}
    return before_after(outcomes, ANNOUNCED, by=ClusterBy.ORDER, adjust=True) if len(sides) == 2 else None


def aligned(outcome: Outcome, results: str) -> Outcome:
    """The outcome on its trading date counted from `results`, which is `ANNOUNCED`."""
    away = earnings.DATES.index(outcome.date) - earnings.DATES.index(results)
    date = datetime.strptime(ANNOUNCED, "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=away)
    return msgspec.structs.replace(outcome, date=f"{date:%Y%m%d}")


# --- what is told


def report_of(made: earnings.Season, done: Result, drawn: Sequence[Picture]) -> Report:
    left = done.worked.left()
    whole = together(done.causes.values())
    summary = (
        f"{len(made.names)} names over {len(earnings.DATES)} dates, {len(results_of(made.events))} with results due. "
        f"Cost {dollars(float(whole.total), 2)}; expected {dollars(made.plan.cost.expected)}, timing risk "
        f"{dollars(made.plan.cost.risk)}. Not done: {sum(left.values()):,} shares of {len(left)} names; "
        f"orders refused: {len(done.rejected)}."
    )
    return Report(
        title="Earnings season",
        lead=(summary, study_text(done.study)),
        pictures=tuple(drawn),
        tables=tuple(tables(made, done)),
    )


def study_text(found: EventStudy | None) -> str:
    if found is None:
        return "No order on one side of the results: nothing to compare."
    plain, adjusted = found.plain.estimate, found.adjusted
    like = ""
    if adjusted is not None and adjusted.estimate.value is not None:
        like = (
            f"; at like size, volatility and spread {adjusted.estimate.value:+.2f} bp "
            f"(95 %: {interval_text(adjusted.estimate.low, adjusted.estimate.high)})"
        )
    return (
        f"{found.before} orders before their name's results and {found.after} after them, against each order's own "
        f"arrival: after less before {plain.value:+.2f} bp (95 %: {interval_text(plain.low, plain.high)}){like}."
    )


def tables(made: earnings.Season, done: Result) -> list[Table]:
    moved = results_of(made.events)
    rest = [cost for cost in done.costs if cost.symbol not in moved]
    rows = [causes_row(f"{side} results", *each) for side, each in done.halves.items() if each[0]]
    left = [
        msgspec.structs.replace(cost, parts=Parts(opportunity=cost.parts.opportunity))
        for cost in done.costs
        if cost.symbol in moved and cost.parts.opportunity
    ]
    unfilled = {cost.symbol: Causes(opportunity=cost.parts.opportunity) for cost in left}
    rows += [causes_row("results, not filled", left, unfilled)] if left else []
    rows += [causes_row("no results", rest, done.causes)] if rest else []
    queue = []
    for each in made.queue:
        ordered = next(name.qty for name in made.names if name.symbol == each.symbol)
        by_date = filled_by(done.worked, each.symbol, moved.get(each.symbol))
        part = f"{by_date / ordered:.0%}"
        queue.append((str(each.rank), each.symbol, str(each.group), f"{each.beta:.2f}", part, each.reason))
    head = ("rank", "name", "group", "beta", "done before results", "why")
    bands = tuple((each.symbol, *bands_of(made, each.symbol)) for each in made.queue)
    return [
        Table("Before and after results, against the season's decision, in dollars", CAUSES_HEAD, tuple(rows)),
        Table("The queue", head, tuple(queue)),
        Table(
            "Participation bands, of the volume",
            ("name", "volatility, usual", "today", *(f"{date[4:6]}-{date[6:]}" for date in earnings.DATES)),
            bands,
        ),
        Table(
            "By name, in dollars",
            CAUSES_HEAD,
            tuple(causes_row(cost.symbol, [cost], done.causes) for cost in done.costs),
        ),
    ]


def bands_of(made: earnings.Season, symbol: str) -> tuple[str, ...]:
    """A name's usual volatility and today's, and its band on each date: narrower where today's is hot or news due."""
    name = next(each for each in made.names if each.symbol == symbol)
    usual = made.sigma_base[symbol]
    bands = [
        participation_band(
            earnings.BANDS,
            sigma_base=usual,
            sigma_now=name.sigma,
            events=moving(made.events, symbol, date, earnings.DATES),
        )
        for date in earnings.DATES
    ]
    return (part_text(usual), part_text(name.sigma), *(f"{band.low:.1%} to {band.high:.1%}" for band in bands))


def filled_by(worked: Worked, symbol: str, date: str | None) -> int:
    """Shares of a name done before `date`; all of them without one."""
    days = [period.day for period in worked.plan.periods]
    return sum(
        step.done[symbol].qty
        for step in worked.steps
        if symbol in step.done and (date is None or days[step.period] < date)
    )


def draw(made: earnings.Season, done: Result) -> list[Picture]:
    path, outcomes, tau, symbol = earnings.one_name(made)
    bars = {f"{side} results": together(causes.values()) for side, (_, causes) in done.halves.items() if causes}
    return [
        Picture(
            "season.svg",
            pictures.season_picture(made.plan, results_of(made.events)),
            "The plan: each name's order by period, and where its results move the price.",
        ),
        Picture(
            "done.svg",
            pictures.worked_picture(done.worked, results_of(made.events)),
            "What was done: the same, from fills.",
        ),
        Picture("halves.svg", pictures.causes_picture(bars), "Cost by cause, before and after each name's results."),
        Picture("event.svg", pictures.event_picture(path, outcomes, tau), f"{symbol} alone, through its announcement."),
    ]


def figures(done: Result) -> dict[str, object]:
    """The report's numbers: money exact, in dollars."""

    def money(causes: Mapping[str, Causes]) -> dict[str, object]:
        return {
            symbol: {name: exact_decimal(getattr(each, name)) for name in Causes.__struct_fields__}
            for symbol, each in causes.items()
        }

    return {
        "causes": money(done.causes),
        "halves": {side: money(causes) for side, (_, causes) in done.halves.items()},
        "study": done.study,
        "left": done.worked.left(),
    }


def write_templates(made: earnings.Season, settings: Settings, done: Result, out: Path) -> None:
    """Before and after the trade, of every name; and the index that leads to them."""
    for name in made.names:
        urgency = made.urgency[name.symbol][0]
        write_pretrade(out / "templates", settings, name, earnings.DATES[0], events=made.events, urgency=urgency)
    write_names(out / "templates", read_recorder(out / "state" / FILE_NAME), made.names, made.plan, done.costs)


def main() -> None:
    """Plan, work, account."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for all of it; must not hold an earlier run")
    parser.add_argument("--seed", type=int, default=20260427)
    parser.add_argument("--names", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=4, help="lists a period")
    parser.add_argument("--pace", type=float, default=0.1, help="market events a second and name: the cost of the run")
    arguments = parser.parse_args()
    out = arguments.out
    made = earnings.season(arguments.seed, count=arguments.names)
    print(earnings.told(made))
    settings = home_of(made, out / "home", pace=arguments.pace)
    done = trade(made, settings, out, seed=arguments.seed, rounds=arguments.rounds)
    told = report_of(made, done, draw(made, done))
    write_report(out, told, figures(done))
    write_templates(made, settings, done, out)
    print("\n".join(told.lead))
    print(f"{out / 'report.html'}, {out / 'templates' / 'index.html'}: written")


if __name__ == "__main__":
    main()
