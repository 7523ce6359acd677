"""What an order cost, as SVG: the shortfall part by part, and the point that it took beside the efficient frontier.

Knows no page and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from router.tca.cost.arrival_estimate import EstimateSection, FrontierLine
from router.tca.pretrade.figure import Figure as Number
from router.tca.report.page_drawing import FILL, GAINED, GRID, INK, MUTED, PAID, PLAN, drawn, half, legend, plain
from router.tca.report.tca_report import ShortfallSection

BAR: Final = 0.62
"""Width of a bar; they are one apart."""
ROOM: Final = 0.14
"""Free above and below, for the figures: a part of the range."""
FRONTIER_REACH: Final = 1.6
"""How far above the estimate's interval a frontier is still drawn: parts of the interval."""
_DASHES: Final[tuple[str | tuple[int, Sequence[float]], ...]] = ("solid", (0, (4, 2)), (0, (1, 1.5)))
_MONEY: Final = FuncFormatter(lambda number, _: f"{number:,.0f}" if number == round(number) else f"{number:,.2f}")


def waterfall_picture(name: str, costs: ShortfallSection) -> str:
    """Each part of the shortfall from where the last one ended, and the total; positive, a cost, is up."""
    alt = f"Implementation shortfall of {name}, part by part and in total, {costs.currency}"
    return drawn(f"{name} waterfall", alt, lambda: _waterfall(costs))


def frontier_picture(name: str, estimate: EstimateSection) -> str:
    """Cost against risk: the least cost for each risk by each model, the estimate with its interval, the outcome."""
    alt = f"Expected cost of {name} against timing risk: efficient frontier, estimate, and what was realised, bps"
    return drawn(f"{name} frontier", alt, lambda: _frontier(estimate))


def _waterfall(costs: ShortfallSection) -> Figure:
    figure, axes = half()
    steps = [(part.name, float(part.money)) for part in costs.parts if part.money is not None]
    total = float(costs.total.money or 0)
    level, ends = 0.0, [0.0, total]
    for place, (_, money) in enumerate(steps):
        _bar(axes, place, level, level + money)
        axes.plot([place + BAR / 2, place + 1 - BAR / 2], [level + money] * 2, color=MUTED, linewidth=0.8)
        level += money
        ends.append(level)
    _bar(axes, len(steps), 0.0, total, whole=True)
    low, high = min(ends), max(ends)
    room = ROOM * ((high - low) or 1.0)
    axes.set_ylim(low - room, high + room)
    axes.set_xlim(-0.5, len(steps) + 0.5)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.set_xticks(range(len(steps) + 1), [*(name for name, _ in steps), "total"])
    axes.set_ylabel(f"cost, {costs.currency}")
    axes.yaxis.set_major_formatter(_MONEY)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    plain(axes)
    return figure


def _bar(axes: Axes, place: int, start: float, end: float, *, whole: bool = False) -> None:
    money = end - start
    colour = PAID if money > 0 else GAINED
    axes.add_patch(Rectangle((place - BAR / 2, start), BAR, money, facecolor=colour, linewidth=0,
                             alpha=1.0 if whole else 0.75))  # fmt: skip
    text = f"{money:+,.0f}" if abs(money) >= 100_000 else f"{money:+,.2f}"
    up = money >= 0
    axes.annotate(
        text,
        (place, end),
        xytext=(0, 3 if up else -3),
        textcoords="offset points",
        ha="center",
        va="bottom" if up else "top",
        fontsize=8.0,
        fontweight="bold" if whole else "normal",
        color=INK,
    )


def _frontier(estimate: EstimateSection) -> Figure:
    figure, axes = half(rows=2)
    outcome, risk = estimate.outcome, estimate.timing_risk
    assert outcome is not None, estimate.reason
    assert risk is not None, estimate.reason
    realised = estimate.realised
    seen = [outcome.low, outcome.high, *([realised.value] if realised else [])]
    span = max(seen) - min(seen)
    top = max(seen) + FRONTIER_REACH * span / 10
    for line, dashes in zip(estimate.frontiers, _DASHES, strict=False):
        _draw_frontier(axes, line, top, dashes)
    axes.errorbar(
        [risk.value], [outcome.value], yerr=[[outcome.value - outcome.low], [outcome.high - outcome.value]],
        fmt="o", color=FILL, markersize=6, elinewidth=1.4, capsize=4, label="estimate, 95 % of one order",
    )  # fmt: skip
    if realised is not None:
        at = estimate.realised_risk or risk
        axes.plot([at.value], [realised.value], marker="D", color=INK, markersize=7, linestyle="none",
                  label="realised")  # fmt: skip
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.set_ylim(min(seen) - span / 12, top)
    axes.set_xlim(0, _reach(estimate, risk))
    axes.set_xlabel("timing risk, bps (one standard deviation)")
    axes.set_ylabel("cost with fees, bps")
    plain(axes)
    axes.xaxis.grid(visible=True, color=GRID, linewidth=0.6)
    legend(figure, 2)
    return figure


def _reach(estimate: EstimateSection, risk: Number) -> float:
    risks = [point.risk for line in estimate.frontiers for point in line.points]
    ends = [risk.value, *([estimate.realised_risk.value] if estimate.realised_risk else []), *risks]
    return 1.15 * max(ends) or 1.0


def _draw_frontier(axes: Axes, line: FrontierLine, top: float, dashes: str | tuple[int, Sequence[float]]) -> None:
    inside = [point for point in line.points if point.cost <= top]
    if len(inside) > 1:
        axes.plot([each.risk for each in inside], [each.cost for each in inside], color=PLAN, linewidth=1.5,
                  linestyle=dashes, label=f"frontier, {line.model}")  # fmt: skip
