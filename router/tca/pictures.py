"""Two pictures of an order as SVG text for a page of our own: schedule against fills, and fills against the market.

Colours are the page's CSS variables, so that one picture serves light and dark; text is text, in the page's font. The
same analysis gives the same bytes. Knows no page and no file; draws with matplotlib, without its global state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from router.core.types import SECOND, Ns, Px
from router.tca.analysis import OrderAnalysis
from router.tca.record import Fill, OrderRecord
from router.tca.tape import Bar, MarketTape

VENUE_COLOURS: Final = 8
"""Colours for venues; with more venues than that, colours repeat."""
BARS: Final = 60
MARGIN: Final = 8
"""How much of its schedule is shown after an order's end: a part of its life."""
PRICE_BARS: Final = 180
WINDOW_NS_MIN: Final[Ns] = 120 * SECOND
"""The shortest time shown: an order that was over at once is seen with the market around it."""

# Stand-ins that matplotlib can draw with; `_themed` turns them into the page's variables.
_INK, _MUTED, _GRID, _PLAN, _FILL, _VOLUME = (f"#0102{number:02x}" for number in range(6))
_VENUES: Final = tuple(f"#0103{number:02x}" for number in range(VENUE_COLOURS))
_VARIABLES: Final = {
    _INK: "--ink",
    _MUTED: "--muted",
    _GRID: "--grid",
    _PLAN: "--plan",
    _FILL: "--fill",
    _VOLUME: "--volume",
    **{colour: f"--venue-{number}" for number, colour in enumerate(_VENUES)},
}
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _MUTED,
    "axes.linewidth": 0.8,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "text.color": _INK,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}
_WHOLE: Final = FuncFormatter(lambda number, _: f"{number:,.0f}")
TICKS_MAX: Final = 9
_TICK_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400)
_NAMED = re.compile(r' id="([^"]+)"')
_LONG = re.compile(r"\b\d+\.\d{3,}\b")
_USED = re.compile(r"(?:url\(#|href=\"#)([^)\"]+)")


def schedule_picture(analysis: OrderAnalysis, tape: MarketTape, now: Ns) -> str:
    """Cumulative fills as steps against the expected schedule and the order's quantity, market volume behind."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": f"{analysis.record.order_id} schedule"}):
        return _svg(_schedule(analysis.record, tape, now))


def price_picture(analysis: OrderAnalysis, tape: MarketTape, now: Ns, colours: dict[str, int]) -> str:
    """Each fill at its price, coloured by venue and as large as it is, over the market's trades and the benchmarks."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": f"{analysis.record.order_id} price"}):
        return _svg(_prices(analysis, tape, now, colours))


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


def _schedule(record: OrderRecord, tape: MarketTape, now: Ns) -> Figure:
    start, end = window(record, now)
    figure, axes = _figure()
    volume_axes = axes.twinx()
    _draw_volume(volume_axes, tape.bars(start, end, BARS))
    axes.set_zorder(volume_axes.get_zorder() + 1)
    axes.patch.set_visible(False)
    over = min(record.ended_at or now, end)
    xs, ys = _steps([(at, qty) for at, qty in record.quantities], start, over)
    axes.plot(xs, ys, color=_MUTED, linewidth=1.0, linestyle=(0, (1, 2)), label="OrderQty(38)")
    if record.plans:
        plan = list(_plan(record, end))
        axes.plot([_when(at) for at, _ in plan], [qty for _, qty in plan], color=_PLAN, linewidth=1.4, label="schedule")
    done, cumulative = 0, []
    for fill in sorted(record.fills.values(), key=lambda fill: fill.at):
        done += fill.qty
        cumulative.append((fill.at, done))
    xs, ys = _steps([(start, 0), *cumulative], start, over)
    axes.plot(xs, ys, color=_FILL, linewidth=1.8, label="filled")
    axes.set_ylim(0, max(qty for _, qty in record.quantities) * 1.08)
    axes.set_ylabel("shares")
    axes.yaxis.set_major_formatter(_WHOLE)
    _finish(figure, axes, start, end)
    return figure


def _prices(analysis: OrderAnalysis, tape: MarketTape, now: Ns, colours: dict[str, int]) -> Figure:
    record = analysis.record
    start, end = window(record, now)
    scale = analysis.instrument.price_scale
    figure, axes = _figure()
    bars = [bar for bar in tape.bars(start, end, PRICE_BARS) if bar.last is not None]
    xs = [_when(bar.end) for bar in bars]
    axes.fill_between(
        xs,
        [_price(bar.low, scale) for bar in bars],
        [_price(bar.high, scale) for bar in bars],
        color=_VOLUME,
        alpha=0.45,
        linewidth=0,
    )
    axes.plot(xs, [_price(bar.last, scale) for bar in bars], color=_MUTED, linewidth=0.9, label="market trades")
    _draw_levels(axes, analysis, scale)
    fills = tuple(record.fills.values())
    largest = max((fill.qty for fill in fills), default=1)
    for venue in sorted(dict.fromkeys(fill.venue for fill in fills), key=lambda venue: colours[venue]):
        mine = [fill for fill in fills if fill.venue == venue]
        _draw_fills(axes, mine, largest, scale, _VENUES[colours[venue] % VENUE_COLOURS])
    axes.set_ylabel(f"price, {analysis.instrument.currency}")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda px, _: f"{px:,.2f}" if scale >= 100 else f"{px:,.0f}"))
    _finish(figure, axes, start, end)
    return figure


# --- parts


def _draw_volume(axes: Axes, bars: Sequence[Bar]) -> None:
    per_minute = [bar.volume * 60 * SECOND / (bar.end - bar.start) for bar in bars]
    edges = [_when(at) for at in (*(bar.start for bar in bars), bars[-1].end)]
    axes.stairs(per_minute, edges, fill=True, color=_VOLUME, alpha=0.8)
    axes.set_ylim(0, max([*per_minute, 1.0]) * 2.2)  # the bars keep to the lower half, under the lines
    axes.set_ylabel("market volume, shares / min")
    axes.yaxis.set_major_formatter(_WHOLE)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)


def _draw_levels(axes: Axes, analysis: OrderAnalysis, scale: int) -> None:
    levels = (
        ("arrival mid", analysis.arrival.benchmark if analysis.arrival else None, _INK, (0, (5, 2))),
        ("interval VWAP", analysis.vwap.benchmark if analysis.vwap else None, _INK, (0, (1, 1.5))),
        ("AvgPx(6)", analysis.average_px, _PLAN, "solid"),
    )
    for label, px, colour, dashes in levels:
        if px is not None:
            axes.axhline(float(px) / scale, color=colour, linewidth=1.1, linestyle=dashes, label=label)


def _draw_fills(axes: Axes, fills: Sequence[Fill], largest: int, scale: int, colour: str) -> None:
    axes.scatter(
        [_when(fill.at) for fill in fills],
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
            xs.append(_when(max(at, start)))
            ys.append(ys[-1])
        xs.append(_when(max(at, start)))
        ys.append(qty)
    return [*xs, _when(end)], [*ys, ys[-1]]


def _figure() -> tuple[Figure, Axes]:
    """Margins are fixed: the two pictures of an order share their time axis, and no layout has to be sought."""
    figure = Figure(figsize=(9.6, 2.9))
    FigureCanvasSVG(figure)
    figure.subplots_adjust(left=0.08, right=0.92, top=0.89, bottom=0.09)
    return figure, figure.add_subplot()


def _finish(figure: Figure, axes: Axes, start: Ns, end: Ns) -> None:
    axes.set_xlim(_when(start), _when(end))
    step = next((step for step in _TICK_STEPS_S if (end - start) // SECOND // step < TICKS_MAX), _TICK_STEPS_S[-1])
    first = -(-start // SECOND // step) * step
    axes.xaxis.set_major_locator(FixedLocator(list(range(first, end // SECOND + 1, step))))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda second, _: _clock(int(second), with_seconds=step < 60)))
    axes.yaxis.grid(visible=True, color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    figure.legend(
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=12,
        handlelength=1.3,
        handletextpad=0.5,
        columnspacing=1.2,
        labelcolor=_MUTED,
    )


# --- values and text


def _when(at: Ns) -> float:
    """Seconds, which a float holds to a fraction of a microsecond."""
    return at / SECOND


def _clock(second: int, *, with_seconds: bool) -> str:
    text = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}"
    return f"{text}:{second % 60:02d}" if with_seconds else text


def _price(px: Px | None, scale: int) -> float:
    assert px is not None
    return px / scale


def _svg(figure: Figure) -> str:
    """The figure as one inline <svg>: no prologue, metadata or style sheet, no ids that nothing refers to."""
    out = StringIO()
    figure.savefig(out, format="svg", transparent=True)
    text = out.getvalue()
    view = text[text.index("viewBox=") :].split('"')[1]
    body = text[text.index("</defs>") + len("</defs>") :]
    text = f'<svg viewBox="{view}" role="img">{body}'
    text = _LONG.sub(lambda match: f"{float(match.group()):.2f}".rstrip("0").rstrip("."), text)
    used = _USED.findall(text)
    text = _NAMED.sub(lambda match: match.group() if match.group(1) in used else "", text)
    return _themed(text)


def _themed(text: str) -> str:
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return text
