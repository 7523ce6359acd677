"""An order over time, as SVG: schedule against fills, and fills against the market. Knows no page and no file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from msgspec import Struct

from router.core.types import SECOND, Ns, Px
from router.tca.facts.case import Case
from router.tca.facts.record import Fill, OrderRecord
from router.tca.facts.tape import Bar
from router.tca.report.page_drawing import (
    FILL,
    INK,
    MUTED,
    PLAN,
    VENUE_COLOURS,
    VENUES,
    VOLUME,
    drawn,
    legend,
    over_time,
    plain,
    when,
    wide,
)

BARS: Final = 60
MARGIN: Final = 8
"""How much of its schedule is shown after an order's end: a part of its life."""
PRICE_BARS: Final = 180
WINDOW_NS_MIN: Final[Ns] = 120 * SECOND
"""The shortest time shown: an order that was over at once is seen with the market around it."""
REACH: Final = 1.0
"""How far beyond the prices seen a limit still stands in the picture: a part of their range."""
_WHOLE: Final = FuncFormatter(lambda number, _: f"{number:,.0f}")
_STYLES: Final = ((INK, (0, (5, 2))), (INK, (0, (1, 1.5))), (PLAN, "solid"))


class Levels(Struct, frozen=True):
    """Prices to compare fills with, in the currency; None where there is none."""

    arrival: float | None
    vwap: float | None
    average: float | None
    limit: float | None


def schedule_picture(case: Case) -> str:
    """Cumulative fills as steps against the expected schedule and the order's quantity, market volume behind."""
    record = case.record
    alt = f"Shares of {record.cl_ord_id} over time: ordered, expected by the schedule and filled; the market's volume"
    return drawn(f"{record.order_id} schedule", alt, lambda: _schedule(case))


def price_picture(case: Case, levels: Levels, colours: dict[str, int]) -> str:
    """Each fill at its price, coloured by venue and as large as it is, over the market's trades and the benchmarks."""
    record = case.record
    alt = f"Price over time: the market's trades, each fill of {record.cl_ord_id} by venue, and its benchmarks"
    return drawn(f"{record.order_id} price", alt, lambda: _prices(case, levels, colours))


def window(record: OrderRecord, now: Ns) -> tuple[Ns, Ns]:
    """The time to show: from the arrival to the end of the schedule, of an order that is over a little beyond its own.

    What was filled in ten minutes of a day's schedule would be a line along the edge.
    """
    start, ended = record.arrived_at, record.ended_at
    end = ended or now
    if record.plans and record.plans[-1].points:
        end = max(end, record.plans[-1].points[-1].at)
    if ended is not None:
        end = min(end, ended + (ended - start) // MARGIN)
    short = WINDOW_NS_MIN - (end - start)
    return (start, end) if short <= 0 else (start - short // 4, end + short - short // 4)


# --- the pictures


def _schedule(case: Case) -> Figure:
    record, now = case.record, case.as_of
    start, end = window(record, now)
    figure, axes = wide()
    volume_axes = axes.twinx()
    _draw_volume(volume_axes, case.tape.bars(start, end, BARS))
    axes.set_zorder(volume_axes.get_zorder() + 1)
    axes.patch.set_visible(False)
    over = min(record.ended_at or now, end)
    xs, ys = _steps([(at, qty) for at, qty in record.quantities], start, over)
    axes.plot(xs, ys, color=MUTED, linewidth=1.0, linestyle=(0, (1, 2)), label="OrderQty(38)")
    if record.plans:
        points = list(_plan(record, end))
        axes.plot([when(at) for at, _ in points], [qty for _, qty in points], color=PLAN, linewidth=1.4,
                  label="schedule")  # fmt: skip
    done, cumulative = 0, []
    for fill in sorted(record.fills.values(), key=lambda fill: fill.at):
        done += fill.qty
        cumulative.append((fill.at, done))
    xs, ys = _steps([(start, 0), *cumulative], start, over)
    axes.plot(xs, ys, color=FILL, linewidth=1.8, label="filled")
    axes.set_ylim(0, max(qty for _, qty in record.quantities) * 1.08)
    axes.set_ylabel("shares")
    axes.yaxis.set_major_formatter(_WHOLE)
    _finish(figure, axes, start, end)
    return figure


def _prices(case: Case, levels: Levels, colours: dict[str, int]) -> Figure:
    record = case.record
    start, end = window(record, case.as_of)
    scale = case.instrument.price_scale
    figure, axes = wide()
    bars = [bar for bar in case.tape.bars(start, end, PRICE_BARS) if bar.last is not None]
    xs = [when(bar.end) for bar in bars]
    lows, highs = ([_price(px, scale) for px in side] for side in ([b.low for b in bars], [b.high for b in bars]))
    axes.fill_between(xs, lows, highs, color=VOLUME, alpha=0.45, linewidth=0)
    axes.plot(xs, [_price(bar.last, scale) for bar in bars], color=MUTED, linewidth=0.9, label="market trades")
    fills = tuple(record.fills.values())
    _draw_levels(axes, levels, prices_seen(case, levels))
    _draw_taken_back(axes, [fill for _, fill in record.busted], scale)
    largest = max((fill.qty for fill in fills), default=1)
    for venue in sorted(dict.fromkeys(fill.venue for fill in fills), key=lambda venue: colours[venue]):
        mine = [fill for fill in fills if fill.venue == venue]
        _draw_fills(axes, mine, largest, scale, VENUES[colours[venue] % VENUE_COLOURS])
    axes.set_ylabel(f"price, {case.instrument.currency}")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda px, _: tick_text(px, 2 if scale >= 100 else 0)))
    _finish(figure, axes, start, end)
    return figure


def limit_in_view(limit: float, low: float, high: float) -> bool:
    """Whether a limit is near enough to the prices seen, from `low` to `high`, to stand among them."""
    reach = REACH * (high - low)
    return low - reach <= limit <= high + reach


def prices_seen(case: Case, levels: Levels) -> tuple[float, float] | None:
    """The lowest and the highest price in the picture but for the limit; None where nothing was quoted or traded."""
    start, end = window(case.record, case.as_of)
    bars = [bar for bar in case.tape.bars(start, end, PRICE_BARS) if bar.last is not None]
    fills = [*case.fills, *(fill for _, fill in case.record.busted)]
    pxs = [*(bar.low for bar in bars), *(bar.high for bar in bars), *(fill.px for fill in fills)]
    prices = [_price(px, case.instrument.price_scale) for px in pxs]
    prices += [px for px in (levels.arrival, levels.vwap, levels.average) if px is not None]
    return (min(prices), max(prices)) if prices else None


def tick_text(px: float, places: int) -> str:
    """A price beside its line: `places` decimals, more where ticks are closer than that."""
    whole, _, rest = f"{px:,.6f}".partition(".")
    rest = rest.rstrip("0").ljust(places, "0")
    return f"{whole}.{rest}" if rest else whole


# --- parts


def _draw_volume(axes: Axes, bars: Sequence[Bar]) -> None:
    per_minute = [bar.volume * 60 * SECOND / (bar.end - bar.start) for bar in bars]
    edges = [when(at) for at in (*(bar.start for bar in bars), bars[-1].end)]
    axes.stairs(per_minute, edges, fill=True, color=VOLUME, alpha=0.8)
    axes.set_ylim(0, max([*per_minute, 1.0]) * 2.2)  # the bars keep to the lower half, under the lines
    axes.set_ylabel("market volume, shares / min")
    axes.yaxis.set_major_formatter(_WHOLE)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)


def _draw_taken_back(axes: Axes, fills: Sequence[Fill], scale: int) -> None:
    """Crosses: they traded, and stand in no figure."""
    if fills:
        axes.scatter(
            [when(fill.at) for fill in fills],
            [_price(fill.px, scale) for fill in fills],
            s=36,
            marker="x",
            color=MUTED,
            linewidths=1.4,
            label="taken back",
            zorder=3,
        )


def _draw_levels(axes: Axes, levels: Levels, seen: tuple[float, float] | None) -> None:
    named = (("arrival mid", levels.arrival), ("interval VWAP", levels.vwap), ("AvgPx(6)", levels.average))
    for (label, px), (colour, dashes) in zip(named, _STYLES, strict=True):
        if px is not None:
            axes.axhline(px, color=colour, linewidth=1.1, linestyle=dashes, label=label)
    if levels.limit is not None and seen is not None and limit_in_view(levels.limit, *seen):
        axes.axhline(levels.limit, color=MUTED, linewidth=1.4, linestyle=(0, (8, 3, 1, 3)), label="limit")


def _draw_fills(axes: Axes, fills: Sequence[Fill], largest: int, scale: int, colour: str) -> None:
    axes.scatter(
        [when(fill.at) for fill in fills],
        [_price(fill.px, scale) for fill in fills],
        s=[8 + 40 * fill.qty / largest for fill in fills],
        color=colour,
        alpha=0.85,
        linewidths=0,
        label=fills[0].venue,
        zorder=3,
    )


def _plan(record: OrderRecord, end: Ns) -> Iterator[tuple[Ns, int]]:
    """The schedule as it stood at each time: an amended order's new plan takes over when it was made."""
    for number, plan in enumerate(record.plans):
        until = record.plans[number + 1].at if number + 1 < len(record.plans) else end
        if number:
            yield plan.at, record.planned(plan.at) or 0
        for point in plan.points:
            if (not number or point.at > plan.at) and point.at < until:
                yield point.at, point.qty
        last = plan.points[-1] if plan.points else None
        if last is not None:
            # Up to the next plan on this plan's own line; beyond the last point it is flat.
            yield until, last.qty if until >= last.at else record.planned(until - 1) or 0


def _steps(points: Sequence[tuple[Ns, int]], start: Ns, end: Ns) -> tuple[list[float], list[int]]:
    """Corners of a line that keeps each value until the next."""
    xs: list[float] = []
    ys: list[int] = []
    for at, qty in points:
        if ys:
            xs.append(when(max(at, start)))
            ys.append(ys[-1])
        xs.append(when(max(at, start)))
        ys.append(qty)
    return [*xs, when(end)], [*ys, ys[-1]]


def _finish(figure: Figure, axes: Axes, start: Ns, end: Ns) -> None:
    over_time(axes, start, end)
    plain(axes)
    legend(figure)


def _price(px: Px | None, scale: int) -> float:
    assert px is not None
    return px / scale
