"""The $500M rebalance of 200 names, worked to the close: lists in, statuses back, hard names by a person.

    python examples/rebalance/run.py --out rebalance
    python examples/rebalance/run.py --out rebalance --at-once     # and the same basket as one list, to compare

The plan is that of `rebalance.py`; the market is one synthetic day of all its names. The same options give the same
files. Names of the plan share betas and sectors; those of the market move each by itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from random import Random

import rebalance
from msgspec import Struct

from router.basket import pictures
from router.basket.attribution import MANUAL, Cut, NameCost, attribute, name_costs, total
from router.basket.causes import Causes, causes_of, fees_of, last_prices, never_sent, order_costs, together
from router.basket.control import work
from router.basket.fills import BasketPath, Held, filled, held, imbalance_path, limits_of
from router.basket.orders import window_orders
from router.basket.page import CAUSES_HEAD, Picture, Report, causes_row
from router.core.types import SECOND
from router.runtime.analysis.basket_desk import BasketDesk, Release
from router.runtime.analysis.basket_files import write_names, write_report
from router.runtime.analysis.filled_templates import write_pretrade
from router.runtime.analysis.invented_names import InventedName, invented_home
from router.runtime.analysis.journal_cases import read_recorder
from router.runtime.assembly import make_market
from router.runtime.journal_file import FILE_NAME
from router.runtime.settings import Settings
from router.tca.exact import exact_decimal
from router.tca.facts.case import cases
from router.tca.tables import Table, bps_text, dollars
from simulator.several_days import EVENING_NS

DAY = "20260427"
ZONE = "America/New_York"
WARM_UP_NS = 5 * SECOND
"""After the open: by then the router has seen every name's books."""
RELEASE_NS = 1_800 * SECOND
"""After the open: when the person at the desk begins with what is staged, one name a minute."""


class Day(Struct, frozen=True):
    """One way of working the basket, over: its fills and costs, and how the band was kept."""

    title: str
    path: BasketPath
    kept: Held
    limits: tuple[float, ...]
    costs: tuple[NameCost, ...]
    causes: dict[str, Causes]
    messages: dict[str, int]
    staged: tuple[tuple[str, int, int, str], ...]
    """Symbol, ordered, done, and what the order's last report says."""
    gave: tuple[str, ...]
    rejected: tuple[str, ...]


def market_home(made: rebalance.Rebalance, home: Path, *, seed: int, count: int, pace: float) -> Settings:
    """Settings whose instruments are the universe of the plan."""
    stocks = rebalance.universe(Random(seed), count)
    names = [InventedName(symbol=s.symbol, px=s.px, adv=s.adv, sigma=s.sigma, spread=s.spread) for s in stocks]
    assert {name.symbol for name in made.names} <= {name.symbol for name in names}
    return invented_home(home, names, pace=pace)


def trade(made: rebalance.Rebalance, settings: Settings, state: Path, *, seed: int, rounds: int | None) -> Day:
    """Work the basket through a day of the market: in `rounds` lists a period, or (None) as one list at the open."""
    desk = BasketDesk(settings, make_market(settings, f"synthetic:{seed}", DAY), state)
    desk.run(made.plan.periods[0].start + WARM_UP_NS)
    if made.staged:
        desk.send(made.staged, list_id="STAGED")
        desk.plan_releases(releases(made))
    if rounds is None:
        desk.execute(at_once(made))
        limits: tuple[float, ...] = tuple(
            map(float, next(band.high for band in made.plan.problem.bands if band.label == "imbalance"))
        )
        gave: tuple[str, ...] = ()
    else:
        worked = work(made.plan, made.advice, desk.execute, rounds=rounds)
        limits, gave = limits_of(worked), tuple(each.text for step in worked.steps for each in step.gave)
    desk.run(made.plan.periods[-1].end + EVENING_NS)
    if made.staged:
        desk.finish("STAGED")
    desk.close()
    return account(
        made, desk, state, limits=limits, gave=gave, title="one list" if rounds is None else "lists by round"
    )


def releases(made: rebalance.Rebalance) -> list[Release]:
    """What the person does with the hard names: VWAP to the close, at most a fifth of the volume."""
    first = made.plan.periods[0].start + RELEASE_NS
    params = (("Completion", "Price"), ("MaxParticipation", "0.2"))
    return [Release(first + 60 * SECOND * n, order.symbol, "VWAP", params) for n, order in enumerate(made.staged)]


def at_once(made: rebalance.Rebalance) -> tuple[rebalance.BasketOrder, ...]:
    """The basket as most would send it: every name's whole order, to its algorithm, for all of the day."""
    said, periods = {each.symbol: each for each in made.advice}, made.plan.periods
    names, limits = made.plan.names, made.plan.terms.limits
    return window_orders(
        names,
        said,
        [name.qty for name in names],
        start=periods[0].start,
        end=periods[-1].end,
        participation=lambda name: limits.rate_of(name, 0),
    )


def account(
    made: rebalance.Rebalance,
    desk: BasketDesk,
    state: Path,
    *,
    limits: tuple[float, ...],
    gave: tuple[str, ...],
    title: str,
) -> Day:
    """What the day came to, from its journal and the client's reports."""
    recorder = read_recorder(state / FILE_NAME)
    orders = order_costs(cases(recorder))
    unsent = never_sent(recorder, [name.symbol for name in made.names])
    last = last_prices([*cases(recorder), *unsent])
    costs = name_costs(made.names, filled(desk.fills), last, fees=fees_of(orders), advice=made.advice)
    path = imbalance_path(made.plan.names, desk.fills, start=made.plan.periods[0].start)
    ends = [period.end for period in made.plan.periods]
    waited = [sent for sent in desk.sent.values() if sent.list_id == "STAGED"]
    staged = tuple((sent.order.symbol, sent.order.qty, sent.done.qty, sent.text) for sent in waited)
    return Day(
        title=title,
        path=path,
        kept=held(path, ends, limits),
        limits=limits,
        costs=costs,
        causes=causes_of(costs, orders),
        messages=desk.messages,
        staged=staged,
        gave=gave,
        rejected=desk.rejected,
    )


# --- what is told


def report_of(made: rebalance.Rebalance, days: Sequence[Day], drawn: Sequence[Picture]) -> Report:
    first = days[0]
    gross = float(sum(name.notional for name in made.names))
    traded = total(first.costs)
    summary = (
        f"{len(made.names)} names for {dollars(gross)} after netting ({made.netted.crossed:,} shares crossed inside), "
        f"{len(made.staged)} of them staged for a person. Cost {dollars(float(traded.parts.total), 2)}, "
        f"{bps_text(traded.bps)} bp of the orders' worth; expected of what algorithms trade "
        f"{dollars(made.plan.cost.expected)}, with a timing risk of {dollars(made.plan.cost.risk)}."
    )
    lead = (summary, *(kept_text(day) for day in days))
    return Report(title="Rebalance", lead=lead, pictures=tuple(drawn), tables=tuple(tables(made, days)))


def kept_text(day: Day) -> str:
    kept, said = day.kept, ", ".join(f"{kind}: {count:,}" for kind, count in sorted(day.messages.items()))
    return (
        f"Worked as {day.title}: the imbalance broke its limit at the end of {kept.ends_beyond} of {kept.periods} "
        f"periods, and was {kept.ends_most:.2f} of it there at worst; within the periods it was beyond what was "
        f"allowed {kept.beyond:.1%} of the time. "
        f"Messages by MsgType(35): {said}; orders refused: {len(day.rejected)}."
    )


def tables(made: rebalance.Rebalance, days: Sequence[Day]) -> list[Table]:
    found = [
        Table(
            "Cost by cause, in dollars",
            CAUSES_HEAD,
            tuple(causes_row(day.title, day.costs, day.causes) for day in days),
        )
    ]
    first = days[0]
    for cut, key in ((Cut.WORKED, "worked"), (Cut.SIDE, "side"), (Cut.SECTOR, "sector")):
        rows = []
        for group in attribute(first.costs, cut):
            members = [cost for cost in first.costs if getattr(cost, key) == group.key]
            rows.append(causes_row(group.key, members, first.causes))
        found.append(Table(f"By {cut}, in dollars", CAUSES_HEAD, tuple(rows)))
    if first.staged:
        rows = [(symbol, f"{qty:,}", f"{done:,}", _why(made, symbol)) for symbol, qty, done, _ in first.staged]
        found.append(Table("Staged for a person", ("name", "ordered", "done", "why"), tuple(rows)))
    if first.gave:
        found.append(Table("Bounds that gave", ("what",), tuple((text,) for text in first.gave)))
    return found


def _why(made: rebalance.Rebalance, symbol: str) -> str:
    return next(order.text for order in made.staged if order.symbol == symbol)


def draw(made: rebalance.Rebalance, days: Sequence[Day]) -> list[Picture]:
    first = days[0]
    paths = {day.title: day.path for day in days}
    by_worked = {
        group.key: together([first.causes[cost.symbol] for cost in first.costs if cost.worked == group.key])
        for group in attribute(first.costs, Cut.WORKED)
    }
    return [
        Picture(
            "imbalance.svg",
            pictures.imbalance_picture(paths, made.plan.periods, first.limits, zone=ZONE),
            "Imbalance fill by fill, against the limit at the end of each period.",
        ),
        Picture(
            "causes.svg",
            pictures.causes_picture({"all": together(first.causes.values()), **by_worked}),
            f"Cost by cause, of all names and by who worked them ({MANUAL}: a person).",
        ),
        Picture("schedule.svg", pictures.schedule_picture(made.plan), "The plan: bought and sold in each period."),
        Picture("sectors.svg", pictures.sectors_picture(made.plan), "The plan: what is left by sector, and its risk."),
    ]


def figures(made: rebalance.Rebalance, days: Sequence[Day]) -> dict[str, object]:
    """The report's numbers: money exact, in dollars."""
    return {
        "gross": exact_decimal(sum((name.notional for name in made.names), start=total(()).notional)),
        "expected": made.plan.cost,
        "ways": {
            day.title: {
                "imbalance": day.kept,
                "messages": day.messages,
                "causes": {
                    symbol: {name: exact_decimal(getattr(each, name)) for name in Causes.__struct_fields__}
                    for symbol, each in day.causes.items()
                },
                "total": exact_decimal(total(day.costs).parts.total),
                "gave": day.gave,
            }
            for day in days
        },
    }


def write_templates(made: rebalance.Rebalance, settings: Settings, day: Day, out: Path) -> None:
    """Before and after the trade, of every name; and the index that leads to them."""
    for name in made.names:
        write_pretrade(out / "templates", settings, name, DAY)
    write_names(out / "templates", read_recorder(out / "state" / FILE_NAME), made.names, made.plan, day.costs)


def main() -> None:
    """Plan, work, account."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for all of it; must not hold an earlier run")
    parser.add_argument("--seed", type=int, default=20260427)
    parser.add_argument("--names", type=int, default=200)
    parser.add_argument(
        "--money", type=float, help="what all accounts want to trade, dollars; $2.5M a name if left out"
    )
    parser.add_argument("--periods", type=int, default=13)
    parser.add_argument("--rounds", type=int, default=6, help="lists a period: a narrow band needs several")
    parser.add_argument("--pace", type=float, default=0.1, help="market events a second and name: the cost of the run")
    parser.add_argument("--at-once", action="store_true", help="also work the basket as one list, to compare")
    arguments = parser.parse_args()
    out, seed = arguments.out, arguments.seed
    made = rebalance.rebalance(
        seed, count=arguments.names, periods=arguments.periods, money=arguments.money or 2.5e6 * arguments.names
    )
    print(rebalance.summary(made))
    settings = market_home(made, out / "home", seed=seed, count=arguments.names, pace=arguments.pace)
    rebalance.write_orders(out / "first-period.csv", made.first)
    rebalance.write_orders(out / "staged.csv", made.staged)
    days = [trade(made, settings, out / "state", seed=seed, rounds=arguments.rounds)]
    if arguments.at_once:
        days.append(trade(made, settings, out / "state-at-once", seed=seed, rounds=None))
    told = report_of(made, days, draw(made, days))
    write_report(out, told, figures(made, days))
    write_templates(made, settings, days[0], out)
    print("\n".join(told.lead))
    print(f"{out / 'report.html'}, {out / 'templates' / 'index.html'}: written")


if __name__ == "__main__":
    main()
