"""Pictures of a basket as SVG: schedule and imbalance, what is left by sector, a season by name, a path and its event.

The same figures give the same bytes. Knows no page and no file; draws with matplotlib, without its global state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, PercentFormatter

from router.basket.causes import Causes
from router.basket.control import Worked
from router.basket.fills import BasketPath
from router.basket.names import Floats, Period
from router.basket.plan import BasketPlan
from router.basket.scheduled_event import Outcome, ThroughEvent
from router.core.types import SECOND
from router.tca.drawing import COLOURS, FAINT, INK, panels, styled, svg

BUY: Final = COLOURS[0]
SELL: Final = COLOURS[1]
_WIDTH: Final = 8.4
_DASHES: Final = ("solid", "dashed", "dotted")


def schedule_picture(plan: BasketPlan) -> str:
    """Bought and sold in each period (bars), and what is left to buy less what is left to sell, with its band."""
    value = np.array([name.value for name in plan.names])
    money = plan.trades * value[:, None]
    quantity = np.array([name.qty for name in plan.names])
    left = value @ (quantity[:, None] - plan.trades.cumsum(axis=1))
    with styled("basket schedule"):
        figure, (top, below) = _figure(rows=2, height=4.6)
        places = np.arange(1, len(plan.periods) + 1)
        top.bar(places, np.where(money > 0, money, 0).sum(axis=0), color=BUY, width=0.8, label="bought")
        top.bar(places, np.where(money < 0, money, 0).sum(axis=0), color=SELL, width=0.8, label="sold")
        top.axhline(0, color=FAINT, linewidth=0.8)
        _money(top, "in the period")
        _legend(top)
        below.plot(places, left, color=INK, marker="o", markersize=3, label="left to buy less left to sell")
        for band in plan.problem.bands:
            if band.label == "imbalance":
                below.fill_between(places, band.low, band.high, color=INK, alpha=0.12, step="mid", label="limit")
        below.axhline(0, color=FAINT, linewidth=0.8)
        _money(below, "imbalance")
        below.set_xlabel("period")
        _legend(below)
        return svg(figure)


def sectors_picture(plan: BasketPlan) -> str:
    """Net currency left to trade in each sector after each period; and the risk of what is left, one day's sigma."""
    value = np.array([name.value for name in plan.names])
    quantity = np.array([float(name.qty) for name in plan.names])
    after = np.hstack([quantity[:, None], quantity[:, None] - plan.trades.cumsum(axis=1)]) * value[:, None]
    sectors = sorted({name.sector for name in plan.names})
    with styled("basket sectors"):
        figure, (top, below) = _figure(rows=2, height=5.2)
        places = np.arange(after.shape[1])
        for number, sector in enumerate(sectors):
            mask = np.array([name.sector == sector for name in plan.names])
            top.plot(
                places,
                after[mask].sum(axis=0),
                color=COLOURS[number % len(COLOURS)],
                linestyle=_DASHES[number // len(COLOURS) % len(_DASHES)],
                label=sector,
            )
        top.axhline(0, color=FAINT, linewidth=0.8)
        _money(top, "left, net")
        top.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        risk = plan.problem.day_risk(after[:, 1:] / value[:, None])
        below.plot(places[1:], risk, color=INK, marker="o", markersize=3)
        if plan.problem.risk is not None:
            below.plot(places[1:], plan.problem.risk, color=SELL, linestyle="dashed", label="limit")
            _legend(below)
        _money(below, "sigma of a day")
        below.set_xlabel("after period")
        return svg(figure)


def control_picture(worked: Worked) -> str:
    """Imbalance after every step that was worked, within the limit in force; and shares done of each side."""
    steps = worked.steps
    places = np.arange(1, len(steps) + 1)
    with styled("basket control"):
        figure, (axes,) = _figure(rows=1, height=2.8)
        axes.plot(places, [step.imbalance for step in steps], color=INK, marker="o", markersize=2.5, label="as worked")
        limits = [step.limits.get("imbalance") for step in steps]
        if all(limits):
            low, high = np.array(limits, dtype=np.float64).T
            axes.fill_between(places, low, high, color=INK, alpha=0.12, step="mid", label="limit")
        axes.axhline(0, color=FAINT, linewidth=0.8)
        _money(axes, "imbalance")
        axes.set_xlabel("step")
        _legend(axes)
        return svg(figure)


def season_picture(plan: BasketPlan, marks: Mapping[str, str]) -> str:
    """Each name's order by period, as parts of it (heat), and where its announcement falls.

    `marks`: by symbol the trading date whose prices the announcement moves; names in the plan's order.
    """
    return _season(plan, plan.trades.astype(np.float64), marks, "basket season")


def worked_picture(worked: Worked, marks: Mapping[str, str]) -> str:
    """The same of what was done."""
    rows = {name.symbol: row for row, name in enumerate(worked.plan.names)}
    done = np.zeros((len(rows), len(worked.plan.periods)))
    for step in worked.steps:
        for symbol, each in step.done.items():
            done[rows[symbol], step.period] += each.qty
    return _season(worked.plan, done, marks, "basket season done")


def _season(plan: BasketPlan, shares: Floats, marks: Mapping[str, str], salt: str) -> str:
    parts = shares / np.array([name.qty for name in plan.names])[:, None]
    days = [period.day for period in plan.periods]
    with styled(salt):
        figure, (axes,) = _figure(rows=1, height=0.9 + 0.19 * len(plan.names))
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
        image = axes.imshow(parts, aspect="auto", cmap="Blues", vmin=0, interpolation="nearest")
        axes.set_yticks(range(len(plan.names)), [name.symbol for name in plan.names])
        starts = [place for place, day in enumerate(days) if place == 0 or days[place - 1] != day]
        axes.set_xticks(starts, [days[place] for place in starts], ha="left")
        for row, name in enumerate(plan.names):
            if marks.get(name.symbol) in days:
                at = days.index(marks[name.symbol]) - 0.5
                axes.plot([at, at], [row - 0.45, row + 0.45], color=SELL, linewidth=2.5)
        for place in starts[1:]:
            axes.axvline(place - 0.5, color="#cccccc", linewidth=0.6)
        bar = figure.colorbar(image, ax=axes, pad=0.02, shrink=0.6)
        bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        bar.set_label("of the order")
        axes.set_title("orange: prices move on the announcement", fontsize=9, loc="left", color="#555555")
        return svg(figure)


def event_picture(made: ThroughEvent, outcomes: Sequence[Outcome], tau: float) -> str:
    """Shares left until the event, and the path after it for each outcome."""
    whole = float(made.before[0])
    with styled("scheduled event"):
        figure, (axes,) = _figure(rows=1, height=2.8)
        until = np.arange(len(made.before)) * tau
        axes.plot(until, made.before / whole, color=INK, marker="o", markersize=3, label="until the event: static")
        for number, (path, outcome) in enumerate(zip(made.after, outcomes, strict=True)):
            after = until[-1] + np.arange(len(path)) * tau
            label = f"{outcome.probability:.0%}: sigma {outcome.regime.sigma:.2f} a share and day"
            axes.plot(after, path / whole, color=COLOURS[number % len(COLOURS)], marker="o", markersize=3, label=label)
        axes.axvline(float(until[-1]), color=SELL, linewidth=1.0, linestyle="dashed")
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_ylabel("left of the order")
        axes.set_xlabel("days")
        _legend(axes)
        return svg(figure)


def _figure(*, rows: int, height: float) -> tuple[Figure, list[Axes]]:
    return panels(rows, 1, width=_WIDTH, height=height)


def _money(axes: Axes, label: str) -> None:
    """Millions of the basket's currency."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value / 1e6:,.4g}"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel(f"{label}, millions")


def _legend(axes: Axes) -> None:
    # Above the panel, where no curve can be under it.
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.2)


def imbalance_picture(
    paths: Mapping[str, BasketPath], periods: Sequence[Period], limits: Sequence[float], *, zone: str
) -> str:
    """What was left to buy less what was left to sell, fill by fill, against the limit at each period's end.

    `paths` by what they are called, the first in front; `zone`: whose clock the axis shows.
    """
    with styled("basket imbalance"):
        figure, (axes,) = _figure(rows=1, height=3.4)
        for number, (label, path) in enumerate(paths.items()):
            times = [_local(at, zone) for at in (*path.times, periods[-1].end)]
            colour, order = (INK, 3) if number == 0 else (SELL, 2)
            values = [*path.values, path.values[-1]]
            axes.step(times, values, where="post", label=label, color=colour, linewidth=1.2, zorder=order)
        edges = [_local(periods[0].start, zone), *(_local(period.end, zone) for period in periods)]
        bounds = np.array([limits[0], *limits])
        axes.fill_between(edges, -bounds, bounds, step="pre", color=BUY, alpha=0.14, label="limit at the period's end")
        axes.axhline(0, color=FAINT, linewidth=0.8)
        _money(axes, "left to buy less left to sell")
        axes.xaxis.set_major_locator(MultipleLocator(1.0))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:02.0f}:00"))
        axes.set_xlim(edges[0], edges[-1])
        axes.set_xlabel(f"time, {zone}")
        _legend(axes)
        return svg(figure)


def causes_picture(causes: Mapping[str, Causes]) -> str:
    """A cost by its causes as bars, one row a key: to the right what it cost, to the left what it gained."""
    names = Causes.__struct_fields__
    with styled("basket causes"):
        figure, (axes,) = _figure(rows=1, height=1.2 + 0.42 * len(causes))
        for place, each in enumerate(reversed(tuple(causes.values()))):
            ends = [0.0, 0.0]
            for number, name in enumerate(names):
                money = float(getattr(each, name))
                side = int(money < 0)
                label = name if place == 0 else None
                axes.barh(place, money, left=ends[side], height=0.62, color=COLOURS[number], label=label)
                ends[side] += money
            total = float(each.total)
            axes.plot([total, total], [place - 0.4, place + 0.4], color="black", linewidth=1.6)
        axes.set_yticks(range(len(causes)), list(reversed(tuple(causes))))
        axes.axvline(0, color=FAINT, linewidth=0.8)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value / 1e3:,.6g}"))
        axes.set_xlabel("cost, thousands; the black mark is the sum")
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=6, borderaxespad=0.2)
        return svg(figure)


def _local(at: int, zone: str) -> float:
    """Hours since midnight by the clock of `zone`, of one date."""
    local = datetime.fromtimestamp(at / SECOND, ZoneInfo(zone))
    return local.hour + local.minute / 60 + local.second / 3_600
