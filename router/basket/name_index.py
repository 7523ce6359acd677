"""A basket name by name: how each was worked, what it should have cost and did, and where its filled templates are.

The dearest first, in the currency. Cost is the basket's, against its decision; estimate, interval and score are of the
name's whole order against its arrival (`router.tca.cost.arrival_estimate`), as that name's TCA report has them. Text
out; reckons nothing and writes no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from router.basket.attribution import MANUAL, NameCost, total
from router.basket.names import BasketName
from router.basket.page import Report
from router.tca.exact import exact_decimal
from router.tca.report.tca_report import TcaReport
from router.tca.tables import NOTHING, Table, bps_text, interval_text, money_text, part_text

HEAD: Final = (
    "name",
    "before",
    "side",
    "shares",
    "worth",
    "done",
    "worked by",
    "cost",
    "cost, bp",
    "estimate, bp",
    "95 %, bp",
    "arrival, bp",
    "score",
)
COST_WORDS: Final = (
    "The dearest first. Cost is against the basket's decision, in the currency and in basis points of the order's "
    "worth, what was not filled and fees included; it sums to the basket's."
)
SCORE_WORDS: Final = (
    "Estimate, the interval that should hold 95 % of such outcomes, and what it came to against the midpoint as "
    "the name's first order arrived: of the filled shares, fees included. The score is outcome less estimate in timing "
    "risks: within 2 of 0 nineteen times in twenty, if the estimate is right."
)


def name_index(
    names: Sequence[BasketName],
    costs: Sequence[NameCost],
    reports: Mapping[str, TcaReport],
    links: Mapping[str, str],
) -> Report:
    """One row a name, and their sum; a name without a report has no estimate. `links`: file by a cell's text."""
    known = {name.symbol: name for name in names}
    dearest = sorted(costs, key=lambda cost: (-cost.parts.total, cost.symbol))
    rows = [_row(known[cost.symbol], cost, reports.get(cost.symbol)) for cost in dearest]
    whole = total(costs)
    worth, cost = (exact_decimal(each) for each in (whole.notional, whole.parts.total))
    blank = ("",) * 5
    rows.append(
        (
            *(f"{len(names)} names", *blank[:3]),
            f"{worth:,.0f}",
            "",
            "",
            money_text(cost),
            bps_text(whole.bps),
            *blank[:4],
        )
    )
    return Report(
        title="Name by name",
        lead=(COST_WORDS, SCORE_WORDS),
        tables=(Table(f"{len(names)} names, in the basket's currency", HEAD, tuple(rows)),),
        links=links,
    )


def _row(name: BasketName, cost: NameCost, report: TcaReport | None) -> tuple[str, ...]:
    group = total([cost])
    estimate = report.estimate if report else None
    expected, outcome = (estimate.expected, estimate.outcome) if estimate else (None, None)
    realised, score = (estimate.realised, estimate.score) if estimate else (None, None)
    return (
        name.symbol,
        before(name.symbol),
        cost.side,
        f"{name.qty:,}",
        f"{float(name.notional):,.0f}",
        part_text(report.order.cum_qty / name.qty if report else 0.0),
        "a person" if cost.worked == MANUAL else cost.worked,
        money_text(exact_decimal(cost.parts.total)),
        bps_text(group.bps),
        bps_text(expected.value) if expected else NOTHING,
        interval_text(outcome.low, outcome.high) if outcome else NOTHING,
        bps_text(realised.value) if realised else NOTHING,
        bps_text(score.value) if score else NOTHING,
    )


def before(symbol: str) -> str:
    """The text of the cell that leads to a name's pre-trade page."""
    return f"{symbol} before"
