"""The documents as tables and sentences, once for Markdown, HTML and the terminal. Shows, never reckons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from router.tca.pretrade.documents import (
    DateLine,
    DatesLine,
    ExecutionStrategy,
    Frontier,
    MarketImpact,
    ModelLine,
    Named,
    OrderDetails,
    PreTrade,
    StrategyLine,
)
from router.tca.pretrade.figure import Figure

WHOLE: Final = {"shares", "shares a day"}
"""Units of which a part of one says nothing."""
WHOLE_ORDER: Final = (
    "whole order, risk-adjusted: what is left is finished on the dates after it, evenly at the limit; cost + lambda "
    "risk^2 of that, so that what completes and what does not can be compared"
)
OWN: Final = "rate own: it works to a schedule of its own, and takes no rate"
LEFT: Final = "the cost estimate is of the shares that execute; nothing of it is for those that are left"
SIGN: Final = "Positive is a cost, for a buy and for a sell."


class Section(Struct, frozen=True, kw_only=True):
    """A table (none without heads), and sentences after it.

    `numbers` are the columns of figures; the first `keys` columns name a row.
    """

    title: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    keys: int = 1
    marked: tuple[int, ...] = ()
    """Rows to set off."""
    sortable: bool = False


class Chapter(Struct, frozen=True, kw_only=True):
    """One document."""

    title: str
    lead: str
    sections: tuple[Section, ...]


def chapters(document: PreTrade) -> tuple[Chapter, ...]:
    """Both documents, and the strategies that were compared."""
    return (
        _strategy_chapter(document.execution_strategy),
        _impact_chapter(document.market_impact),
        Chapter(
            title="Strategies compared",
            lead="Each installed algorithm by the middle model; costs and risk in bps of the arrival price.",
            sections=(strategies_section(document), by_model_section(document), _frontier_section(document.frontiers)),
        ),
    )


def headline(order: OrderDetails) -> str:
    """`buy 200,000 ACME on 20261130, 20261130-14:30:00 to 20261130-21:00:00 UTC`."""
    qty = next(each.figure for each in order.figures if each.name == "OrderQty(38)")
    what = f"{order.side} {number(qty.value, qty.unit)} {order.symbol}"
    days = f"on {order.day}" if order.day == order.last_day else f"from {order.day} to {order.last_day}"
    return f"{what} {days}, {order.start} to {order.end} UTC"


# --- figures as text


def number(value: float, unit: str) -> str:
    """Whole shares, money to the cent, basis points to a tenth; otherwise four digits, per cent three."""
    if unit in WHOLE:
        return f"{value:,.0f}"
    if len(unit) == 3 and unit.isupper():
        return f"{value:,.2f}"
    if unit == "bps":
        return bps(value)
    text = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.{3 if unit.startswith('%') else 4}g}"
    return "0" if text in {"-0", "-0.0"} else text


def interval(figure: Figure) -> str:
    """`3.4 to 37.5`, or `exact`."""
    if figure.exact:
        return "exact"
    return f"{number(figure.low, figure.unit)} to {number(figure.high, figure.unit)}"


def bps(value: float) -> str:
    """Basis points to a tenth."""
    text = f"{value:,.1f}"
    return "0.0" if text == "-0.0" else text


def _figures(title: str, named: Iterable[Named], notes: tuple[str, ...] = ()) -> Section:
    rows = tuple(
        (
            each.name,
            number(each.figure.value, each.figure.unit),
            each.figure.unit,
            interval(each.figure),
            each.figure.source,
        )
        for each in named
    )
    heads = ("", "value", "unit", "95 % interval", "source")
    return Section(title=title, heads=heads, rows=rows, numbers=(1, 3), notes=notes)


# --- execution strategy


def _strategy_chapter(it: ExecutionStrategy) -> Chapter:
    lead = f"{headline(it.order)}. Urgency {it.urgency}: {it.algorithm} (rule {it.rule}). {SIGN}"
    sections = (
        _figures("Order details", it.order.figures),
        _figures("Horizon and urgency", it.horizon),
        _figures("Risk parameters", it.limits),
        limits_section(it),
        parameters_section(it),
        reasons_section(it),
        dates_section(it.dates),
        how_many_section(it.how_many_dates),
        _venues_section(it),
        _slots_section(it),
        _figures("Clips", it.clips),
        _figures("Cost estimate", it.cost),
        left_section(it),
        Section(title="What was assumed", notes=it.assumptions),
    )
    return Chapter(title="Execution strategy", lead=lead, sections=sections)


def limits_section(it: ExecutionStrategy) -> Section:
    """Whether the router would take it."""
    said = tuple(f"The router would refuse this order: {each}" for each in it.refusals)
    taken = () if said or not it.held_against.startswith("held against the limits") else ("the router would take it",)
    return Section(title="Limits of the house", notes=(*said, *taken, it.held_against))


def parameters_section(it: ExecutionStrategy) -> Section:
    """What to send."""
    rows = tuple(
        (f"{each.name}({each.tag})" if each.tag else each.name, each.text, each.unit, "as sent", each.source)
        for each in (*it.order_fields, *it.parameters)
    )
    heads = ("parameter", "value", "unit", "interval", "source")
    return Section(title=f"Recommended: {it.algorithm}", heads=heads, rows=rows, numbers=(1,))


def reasons_section(it: ExecutionStrategy) -> Section:
    """Why."""
    return Section(title="Reasons", notes=it.reasons)


def dates_section(lines: Iterable[DateLine]) -> Section:
    """What each trading date is given, and what is held over the night after it."""
    rows = tuple(
        (
            each.day,
            f"{_clock(each.start)} to {_clock(each.end)}",
            number(each.shares.value, each.shares.unit),
            number(each.share.value, each.share.unit),
            number(each.participation.value, each.participation.unit),
            number(each.of_adv.value, each.of_adv.unit),
            interval(each.of_adv),
            number(each.held.value, each.held.unit),
            bps(each.night_risk.value),
            interval(each.night_risk) if each.night_risk.value else each.night_risk.source,
        )
        for each in lines
    )
    heads = (
        "date",
        "window, UTC",
        "shares",
        "% of the order",
        "% of volume",
        "% of ADV",
        "95 % interval",
        "held after it",
        "night's risk, bps",
        "95 % interval",
    )
    return Section(title="Trading dates", heads=heads, rows=rows, numbers=tuple(range(2, len(heads) - 1)))


def how_many_section(lines: Iterable[DatesLine]) -> Section:
    """The best way on each number of trading dates."""
    lines = tuple(lines)
    rows = tuple(
        (
            str(each.dates),
            each.last_day,
            each.strategy,
            f"{100 * each.busiest_participation:.1f}",
            bps(each.expected.value),
            interval(each.expected),
            bps(each.timing_risk),
            number(each.unfilled, "shares"),
            bps(each.whole.value),
            bps(each.whole_risk),
            bps(each.risk_adjusted),
            _verdict(each),
        )
        for each in lines
    )
    heads = (
        "trading dates",
        "to",
        "strategy",
        "busiest, % of volume",
        "cost, bps",
        "95 % of the expectation",
        "risk, bps",
        "left, shares",
        "whole order, bps",
        "its risk, bps",
        "risk-adjusted, bps",
        "verdict",
    )
    return Section(
        title="How many trading dates",
        heads=heads,
        rows=rows,
        numbers=(0, *range(3, len(heads) - 1)),
        notes=(WHOLE_ORDER,),
        marked=tuple(index for index, each in enumerate(lines) if each.recommended),
    )


def _verdict(each: DatesLine) -> str:
    if each.recommended:
        return "recommended, leaves shares" if each.unfilled else "recommended"
    if not each.within_limit:
        return "does not complete within the limit"
    return "fits" if each.asked else "fits, longer than asked for"


def left_section(it: ExecutionStrategy) -> Section:
    """What the cost does not hold."""
    nothing = it.left[0].figure.value == 0
    notes = ("nothing is left: the expected schedule is the whole order",) if nothing else (LEFT,)
    return Section(title="What is left", notes=notes) if nothing else _figures("What is left", it.left, notes)


def _venues_section(it: ExecutionStrategy) -> Section:
    rows = tuple(
        (
            each.kind,
            ", ".join(each.venues) or "none enabled",
            number(each.share.value, each.share.unit),
            each.share.unit,
            interval(each.share),
        )
        for each in it.venues
    )
    heads = ("kind", "venues", "goal", "unit", "95 % interval")
    return Section(title="Venue allocation", heads=heads, rows=rows, numbers=(2, 4), notes=_sources(it))


def _sources(it: ExecutionStrategy) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.share.source for each in it.venues))


def _slots_section(it: ExecutionStrategy) -> Section:
    rows = tuple(
        (
            each.start.partition("-")[0],
            _clock(each.start),
            _clock(each.end),
            number(each.share.value, each.share.unit),
            each.share.unit,
            interval(each.share),
        )
        for each in it.time_distribution
    )
    heads = ("date", "from, UTC", "to, UTC", "share", "unit", "95 % interval")
    return Section(title="Time distribution", heads=heads, rows=rows, numbers=(3, 5))


def _clock(stamp: str) -> str:
    return stamp.partition("-")[2][:8]


# --- market impact


def _impact_chapter(it: MarketImpact) -> Chapter:
    sections = (
        _figures("Parameters of the general template", it.parameters),
        _figures("Terms for this order", it.terms),
        _figures("Total", it.totals),
        models_section(it.models),
        Section(title="Recommendation", notes=(it.recommendation, *it.warnings)),
    )
    return Chapter(title="Market impact model", lead=f"{headline(it.order)}. {SIGN}", sections=sections)


def models_section(lines: Iterable[ModelLine]) -> Section:
    """The recommended strategy by each model."""
    rows = tuple(
        (
            each.title,
            bps(each.spread),
            bps(each.temporary),
            bps(each.permanent),
            bps(each.drift),
            bps(each.fees),
            bps(each.expected.value),
            interval(each.expected),
            bps(each.timing_risk),
            interval(each.outcome),
            "no" if each.outside else "yes",
        )
        for each in lines
    )
    heads = (
        "model, bps",
        "spread",
        "temporary",
        "permanent",
        "drift",
        "fees",
        "expected",
        "95 % of the expectation",
        "timing risk",
        "95 % of one order",
        "holds here",
    )
    return Section(title="Each model", heads=heads, rows=rows, numbers=tuple(range(1, 10)), sortable=True)


# --- strategies


def strategies_section(document: PreTrade) -> Section:
    """Every candidate."""
    lines = document.strategies
    heads = (
        "strategy",
        "urgency",
        "rate",
        "dates",
        "minutes",
        "% of volume",
        "spread",
        "temporary",
        "permanent",
        "drift",
        "fees",
        "cost, bps",
        "95 % of it",
        "risk, bps",
        "95 % of one order",
        "left, %",
        "whole order",
        "its risk",
        "risk-adjusted",
    )
    return Section(
        title="Every strategy",
        heads=heads,
        rows=tuple(_strategy_row(each) for each in lines),
        keys=4,
        numbers=tuple(range(2, len(heads))),
        marked=_recommended(lines),
        notes=(f"{OWN}; costs are of what executes", WHOLE_ORDER, *document.not_estimated),
        sortable=True,
    )


def _strategy_row(each: StrategyLine) -> tuple[str, ...]:
    return (
        each.strategy,
        each.urgency,
        "own" if each.rate is None else f"{100 * each.rate:.3g} %",
        _spread_over(each),
        f"{each.horizon_minutes:.0f}",
        f"{100 * each.participation:.1f}",
        bps(each.spread),
        bps(each.temporary),
        bps(each.permanent),
        bps(each.drift),
        bps(each.fees),
        bps(each.expected.value),
        interval(each.expected),
        bps(each.timing_risk),
        interval(each.outcome),
        f"{100 * each.unfilled_part:.3g}",
        bps(each.finished_cost),
        bps(each.finished_risk),
        bps(each.risk_adjusted),
    )


def _spread_over(each: StrategyLine) -> str:
    return "1" if each.dates == 1 else f"{each.dates} {each.day_schedule}"


def by_model_section(document: PreTrade) -> Section:
    """What each model expects of each strategy."""
    lines = document.strategies
    names = tuple(cost.model for cost in lines[0].models)
    rows = tuple((_label(each), *(bps(cost.total) for cost in each.models), bps(_distance(each))) for each in lines)
    heads = ("expected cost, bps", *names, "highest less lowest")
    numbers = tuple(range(1, len(heads)))
    return Section(
        title="Every strategy by every model",
        heads=heads,
        rows=rows,
        numbers=numbers,
        marked=_recommended(lines),
        sortable=True,
    )


def _label(each: StrategyLine) -> str:
    how = each.urgency if each.rate is None else f"{100 * each.rate:.3g} %"
    dates = f" on {_spread_over(each)} dates" if each.dates > 1 else ""
    return f"{each.strategy} {how}, {each.horizon_minutes:.0f} min{dates}"


def _distance(each: StrategyLine) -> float:
    totals = [cost.total for cost in each.models]
    return max(totals) - min(totals)


def _recommended(lines: Iterable[StrategyLine]) -> tuple[int, ...]:
    return tuple(index for index, each in enumerate(lines) if each.recommended)


def _frontier_section(frontiers: Iterable[Frontier]) -> Section:
    rows = tuple(
        (each.model, f"{point.risk_aversion:.2g}", bps(point.cost), bps(point.risk))
        for each in frontiers
        for point in each.points
    )
    heads = ("model", "risk aversion, per bps", "cost, bps", "risk, bps")
    return Section(title="Efficient frontier", heads=heads, rows=rows, numbers=(1, 2, 3), sortable=True)
