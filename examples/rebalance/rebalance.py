"""A $500M rebalance of 200 names: net, sort, plan under bounds, and the orders that would be sent.

    python examples/rebalance/rebalance.py --out rebalance
    python examples/rebalance/rebalance.py --out rebalance --paper

Names, positions and targets are made from a seed. Without --paper it stops at the orders of the first period. With it,
every order is filled on paper, in part and at prices drawn from the seed: that shows the control, not a market.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from msgspec import Struct

from router.basket import pictures
from router.basket.attribution import Cut, attribute, name_costs, total
from router.basket.control import Worked, first_orders, work
from router.basket.costs import RiskModel, beta_of, law_of
from router.basket.limits import BasketLimits
from router.basket.names import BasketName, periods_of
from router.basket.netting import CrossRule, Netted, net, wishes_of
from router.basket.orders import BasketOrder, Done, Execute, staged
from router.basket.plan import BasketPlan, Terms, plan
from router.basket.sorting import Advice, HardLimits, advise, by_algorithm
from router.core.types import SECOND, Qty, Side
from router.market.calendar import local_instant
from router.runtime.analysis.analysis_files import read_impact
from router.runtime.settings import config_folder, default_home
from router.tca.tables import dollars

SECTORS = (
    "energy",
    "materials",
    "industrials",
    "discretionary",
    "staples",
    "health",
    "financials",
    "technology",
    "communication",
    "utilities",
    "property",
)
ACCOUNTS = ("core", "growth", "income")
OPENS = local_instant("20260427", 34_200, "America/New_York")
RISK = RiskModel(market_sigma=0.010, sector_sigma=0.006)
LAW = law_of(read_impact(config_folder(default_home())).on("20260427").almgren_2005)
# A day at 15 % of the volume has room for no more; a person may take longer.
HARD = HardLimits(of_adv=0.14)
HISTORY = 60
HEADER = ("Symbol(55)", "Side(54)", "OrderQty(38)", "HandlInst(21)", "strategy", "parameters", "Text(58)")


class Stock(Struct, frozen=True):
    """What the generator knows of a name: everything but an order."""

    symbol: str
    sector: str
    px: int
    adv: float
    sigma: float
    spread: float
    beta: float
    beta_error: float


class Rebalance(Struct, frozen=True):
    """All that the example made, up to the orders of the first period."""

    netted: Netted
    names: tuple[BasketName, ...]
    advice: tuple[Advice, ...]
    plan: BasketPlan
    first: tuple[BasketOrder, ...]
    staged: tuple[BasketOrder, ...]


def universe(rng: Random, count: int) -> list[Stock]:
    """Seeded names: a few large, most middling; betas are estimated from 60 returns, as one would have to."""
    market = [rng.gauss(0, RISK.market_sigma) for _ in range(HISTORY)]
    stocks = []
    for number in range(count):
        px = round(min(max(rng.lognormvariate(4.2, 0.6), 5), 900), 2)
        adv = min(max(rng.lognormvariate(18.2, 1.4), 2e6), 4e9) / px
        beta, sigma = rng.gauss(1.0, 0.3), min(max(rng.lognormvariate(-4.1, 0.35), 0.008), 0.06)
        returns = [beta * move + rng.gauss(0, sigma * 0.8) for move in market]
        found = beta_of(returns, market)
        wide = 0.5 + 1e8 / (adv * px)
        stocks.append(
            Stock(
                symbol=f"R{number:03}",
                sector=SECTORS[number % len(SECTORS)],
                px=round(px * 10_000),
                adv=adv,
                sigma=sigma,
                spread=round(max(px * wide / 10_000, 0.01), 2),
                beta=found.value,
                beta_error=found.error,
            )
        )
    return stocks


def netted(rng: Random, stocks: Sequence[Stock], money: float) -> Netted:
    """Three accounts' changes of position, `money` in all, netted at the midpoint."""
    raw = {
        (account, stock.symbol): rng.gauss(0, 1) * (stock.adv * stock.px / 10_000) ** 0.5
        for account in ACCOUNTS
        for stock in stocks
    }
    scale = money / sum(abs(each) for each in raw.values())
    wishes = []
    for account in ACCOUNTS:
        current = {stock.symbol: round(stock.adv) for stock in stocks}
        target = {
            stock.symbol: current[stock.symbol] + round(raw[account, stock.symbol] * scale * 10_000 / stock.px)
            for stock in stocks
        }
        wishes += wishes_of(account, current, target)
    return net(wishes, CrossRule.MIDPOINT)


def basket(netting: Netted, stocks: Sequence[Stock]) -> tuple[BasketName, ...]:
    """The net orders as names to trade."""
    by_symbol = {stock.symbol: stock for stock in stocks}
    return tuple(_name(by_symbol[symbol], side, qty) for symbol, side, qty in netting.orders())


def _name(stock: Stock, side: Side, qty: Qty) -> BasketName:
    return BasketName(
        symbol=stock.symbol,
        side=side,
        qty=qty,
        px=stock.px,
        adv=stock.adv,
        sigma=stock.sigma,
        spread=stock.spread,
        beta=stock.beta,
        beta_error=stock.beta_error,
        sector=stock.sector,
    )


def rebalance(seed: int, *, count: int = 200, periods: int = 13, money: float = 500e6) -> Rebalance:
    """From positions to the first period's orders."""
    rng = Random(seed)
    stocks = universe(rng, count)
    netting = netted(rng, stocks, money)
    names = basket(netting, stocks)
    advice = advise(names, HARD)
    easy = by_algorithm(names, advice)
    gross = float(sum(name.notional for name in easy))
    net_money = float(sum(name.side.sign * name.notional for name in easy))
    limits = BasketLimits(
        participation=0.15,
        # The first period may still carry half of the net trade; after it the rest of the basket is nearly hedged.
        imbalance=(0.5 * abs(net_money) + 0.01 * gross, *[0.01 * gross] * (periods - 1)),
        sector=0.08 * gross,
        cash_most=max(net_money, 0.0) + 0.02 * gross,
        risk=0.0015 * gross,
    )
    made = plan(
        easy,
        periods_of(OPENS, OPENS + 23_400 * SECOND, periods),
        Terms(risk=RISK, risk_aversion=2e-7, law=LAW, limits=limits),
        # Of a few names the limits ask too much: those that give are printed.
        best_effort=True,
    )
    return Rebalance(netting, names, advice, made, first_orders(made, advice), staged(names, advice))


def on_paper(seed: int, names: Sequence[BasketName]) -> Execute:
    """Fills most orders whole and the rest in part, within a few spreads of the decision price. No market."""
    rng = Random(seed)
    known = {name.symbol: name for name in names}

    def execute(orders: Sequence[BasketOrder]) -> Mapping[str, Done]:
        done = {}
        for order in orders:
            name = known[order.symbol]
            part = 1.0 if rng.random() < 0.8 else rng.uniform(0.3, 0.95)
            qty = order.qty if part == 1.0 else int(order.qty * part) // name.lot * name.lot
            px = name.px + order.side.sign * round(name.spread * 10_000 * rng.gauss(0.6, 1.0))
            done[order.symbol] = Done(qty, qty * px)
        return done

    return execute


def write_orders(path: Path, orders: Sequence[BasketOrder]) -> None:
    """One line an order, as a list would carry it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for order in orders:
            params = " ".join(f"{name}={text}" for name, text in order.params)
            writer.writerow(
                (order.symbol, order.side, order.qty, order.handl_inst, order.algorithm, params, order.text)
            )


def summary(made: Rebalance) -> str:
    """The plan in a screenful."""
    price = {name.symbol: name.price for name in made.names}
    crossed = sum(cross.qty * price.get(cross.symbol, 0.0) for cross in made.netted.crosses)
    cost = made.plan.cost
    low, high = cost.interval
    gross = float(sum(name.notional for name in made.plan.names))
    lines = [
        f"crossed inside: {made.netted.crossed:,} shares in {len(made.netted.crosses)} crosses, {dollars(crossed)}",
        f"to trade: {len(made.names)} names, by algorithms {len(made.plan.names)} for {dollars(gross)}",
        f"staged for a person: {len(made.staged)}",
        f"expected cost of what algorithms trade: {dollars(cost.expected)} ({cost.expected / gross * 1e4:.1f} bp)",
        f"  spread {dollars(cost.spread)}, temporary {dollars(cost.temporary)}, permanent {dollars(cost.permanent)}",
        f"timing risk {dollars(cost.risk)}; 95 % of outcomes by it alone: {dollars(low)} to {dollars(high)}",
        f"first period: {len(made.first)} orders; solved {made.plan.linearisations} times",
        *(f"gave: {conflict.text}" for conflict in made.plan.gave),
    ]
    return "\n".join(lines)


def costs(made: Rebalance, worked: Worked) -> str:
    """What the basket cost on paper, by algorithm and by side. Staged names are not in it: nobody has worked them."""
    names = made.plan.names
    last = {name.symbol: name.px for name in names}
    found = name_costs(names, worked.filled, last, fees={}, advice=made.advice)
    lines = []
    for cut in (Cut.WORKED, Cut.SIDE, Cut.SECTOR):
        lines += [
            f"{cut} {group.key}: {group.names} names, {dollars(float(group.parts.total), 2)} ({group.bps:.2f} bp)"
            for group in attribute(found, cut)
        ]
    whole = total(found)
    return "\n".join([*lines, f"total: {dollars(float(whole.parts.total), 2)} ({whole.bps:.2f} bp)"])


def main() -> None:
    """Plan, write orders and pictures, and on request work it on paper."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for orders and pictures")
    parser.add_argument("--seed", type=int, default=20260427)
    parser.add_argument("--names", type=int, default=200)
    parser.add_argument("--periods", type=int, default=13)
    parser.add_argument("--paper", action="store_true", help="fill the orders on paper")
    arguments = parser.parse_args()
    made = rebalance(arguments.seed, count=arguments.names, periods=arguments.periods)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_orders(arguments.out / "first-period.csv", made.first)
    write_orders(arguments.out / "staged.csv", made.staged)
    (arguments.out / "schedule.svg").write_text(pictures.schedule_picture(made.plan), encoding="utf-8")
    (arguments.out / "sectors.svg").write_text(pictures.sectors_picture(made.plan), encoding="utf-8")
    print(summary(made))
    if arguments.paper:
        worked = work(made.plan, made.advice, on_paper(arguments.seed, made.plan.names), rounds=6)
        (arguments.out / "control.svg").write_text(pictures.control_picture(worked), encoding="utf-8")
        print(costs(made, worked))
        print(f"left: {sum(worked.left().values()):,} shares of {len(worked.left())} names")


if __name__ == "__main__":
    main()
