"""Pictures of an order of several dates as SVG: price and fills, fills against schedule, kinds of venue, cost by part.

A panel for each date, so that nights take no room. The same figures give the same bytes. Knows no page and no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from router.core.types import PPM, SECOND, Ns, VenueKind
from router.tca.cost.by_date import DateCosts
from router.tca.cost.shortfall import Shortfall
from router.tca.drawing import COLOURS, FAINT, INK, legend, panels, styled, svg
from router.tca.facts.allocation import Share
from router.tca.facts.case import Case
from router.tca.facts.record import OrderRecord
from router.tca.facts.trading_time import Span, date_of, spans

WIDTH: Final = 9.6
POINTS: Final = 240
"""Midpoints shown for each date."""
BINS: Final = 26
_HOUR: Final = 3_600 * SECOND
_KIND_COLOURS: Final = dict(zip(VenueKind, COLOURS, strict=False))


def price_picture(case: Case, found: Sequence[DateCosts]) -> str:
    """The midpoint of each date with the fills, coloured by kind of venue; its VWAP while at work, and AvgPx(6)."""
    scale, drawn = case.instrument.price_scale, _sessions(case, found)
    with styled(f"{case.record.order_id} price by date"):
        figure, axes = panels(1, len(drawn), width=WIDTH, height=3.2, share_y=True)
        largest = max((fill.qty for fill in case.fills), default=1)
        for each, (date, span) in zip(axes, drawn, strict=True):
            ats = [span.start + (span.end - span.start) * n // POINTS for n in range(POINTS + 1)]
            mids = [(at, case.quotes.last_mid(at)) for at in ats]
            known = [(at, float(mid[0]) / scale) for at, mid in mids if mid is not None and mid[1] >= span.open]
            each.plot([_hours(at, span) for at, _ in known], [px for _, px in known], color=FAINT, linewidth=0.9,
                      label="midpoint")  # fmt: skip
            for kind in VenueKind:
                fills = [fill for fill in case.fills if span.start <= fill.at <= span.end]
                mine = [fill for fill in fills if case.venue_kind(fill) is kind]
                places = [(_hours(fill.at, span), fill.px / scale) for fill in mine]
                _draw_fills(each, places, [3 + 40 * fill.qty / largest for fill in mine], kind)
            _draw_level(each, date.interval.vwap, scale, "VWAP while at work", ":")
            _draw_level(each, date.average_px, scale, "AvgPx(6) of the date", "-")
            _finish(each, date.day, span)
        axes[0].set_ylabel(f"price, {case.instrument.currency}")
        legend(figure, max(axes, key=lambda each: len(each.get_legend_handles_labels()[1])))
        return svg(figure)


def progress_picture(case: Case, found: Sequence[DateCosts]) -> str:
    """Shares filled against the schedule stated at the beginning of each date, the market's volume behind."""
    drawn = _sessions(case, found)
    with styled(f"{case.record.order_id} progress by date"):
        figure, axes = panels(1, len(drawn), width=WIDTH, height=3.0, share_y=True)
        for each, (date, span) in zip(axes, drawn, strict=True):
            _draw_volume(each, case, span)
            plan = _first_plan(case, case.record, span)
            each.plot([_hours(at, span) for at, _ in plan], [qty for _, qty in plan], color=COLOURS[1], linewidth=1.2,
                      label="schedule")  # fmt: skip
            _draw_done(each, case, span)
            _finish(each, date.day, span)
        axes[0].set_ylabel("shares filled")
        axes[0].yaxis.set_major_formatter(FuncFormatter(lambda qty, _: f"{qty:,.0f}"))
        axes[0].set_ylim(0, case.record.qty * 1.04)
        legend(figure, axes[0])
        return svg(figure)


def allocation_picture(groups: Mapping[str, Sequence[Share]]) -> str:
    """Parts of the fills by kind of venue, a bar for each group; a mark at each goal, summed as the bars are."""
    with styled("allocation " + " ".join(groups)):
        figure, (axes,) = panels(1, 1, width=WIDTH, height=0.7 + 0.42 * len(groups))
        axes.grid(visible=False)
        for place, (name, shares) in enumerate(groups.items()):
            left, goal = 0.0, 0.0
            for share in shares:
                part = 100 * float(share.part or 0)
                label = share.kind.value if not place else None
                axes.barh(place, part, left=left, color=_KIND_COLOURS[share.kind], height=0.6, label=label)
                _write(axes, left, part, place)
                left, goal = left + part, goal + 100 * share.goal / PPM
                if share is not shares[-1]:
                    axes.plot([goal, goal], [place - 0.42, place + 0.42], color="#111111", linewidth=1.6,
                              label=None if place or share is not shares[0] else "goal")  # fmt: skip
            axes.text(-1, place, name, ha="right", va="center", color=INK)
        axes.set_yticks([])
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda part, _: f"{part:.0f} %"))
        legend(figure, axes)
        return svg(figure)


def waterfall_picture(costs: Shortfall) -> str:
    """The shortfall's parts one after the other up to the total, in basis points of the paper portfolio."""
    parts = {name: costs.bps(money) for name, money in costs.parts.items()}
    known = {name: bps for name, bps in parts.items() if bps is not None}
    with styled("waterfall"):
        figure, (axes,) = panels(1, 1, width=WIDTH, height=2.8)
        steps = [0.0]
        for bps in known.values():
            steps.append(steps[-1] + bps)
        for place, ((low, high), bps) in enumerate(zip(pairwise(steps), known.values(), strict=True)):
            _draw_step(axes, place, low, bps, COLOURS[1] if bps > 0 else COLOURS[2])
            axes.plot([place - 0.35, place + 1.35], [high, high], color=FAINT, linewidth=0.7)
        _draw_step(axes, len(known), 0.0, steps[-1], COLOURS[0])
        axes.axhline(0, color=FAINT, linewidth=0.8)
        axes.use_sticky_edges = False
        axes.margins(y=0.12)
        axes.set_xticks(range(len(known) + 1), [*known, "total"])
        axes.set_ylabel("bps, positive is a cost")
        return svg(figure)


# --- parts


def _sessions(case: Case, found: Sequence[DateCosts]) -> list[tuple[DateCosts, Span]]:
    """Each date with its session, as far as the journal goes. An order that nothing prices has none, and no picture."""
    began = {day: at for at, day in case.days}
    drawn = []
    for date in found:
        start, end = date_of(case, began[date.day])
        drawn += [(date, span) for span in list(spans(case, start, end))[:1]]
    assert drawn, f"{case.record.order_id} has no date to draw"
    return drawn


def _draw_fills(axes: Axes, places: Sequence[tuple[float, float]], sizes: Sequence[float], kind: VenueKind) -> None:
    if places:
        axes.scatter(
            [x for x, _ in places],
            [y for _, y in places],
            s=sizes,
            color=_KIND_COLOURS[kind],
            alpha=0.55,
            linewidths=0,
            label=f"filled {kind.value}",
            zorder=3,
            rasterized=True,  # ten thousand fills are one image, not ten thousand circles
        )


def _draw_level(axes: Axes, px: Fraction | None, scale: int, label: str, style: str) -> None:
    if px is not None:
        axes.axhline(float(px) / scale, color=INK, linewidth=1.0, linestyle=style, label=label, zorder=4)


def _draw_volume(axes: Axes, case: Case, span: Span) -> None:
    """Bars in the lower third, on an axis of their own."""
    bars = case.tape.bars(span.start, span.end, BINS)
    behind = axes.twinx()
    edges = [_hours(at, span) for at in (*(bar.start for bar in bars), span.end)]
    volumes = [float(bar.volume) for bar in bars]
    axes.stairs([0.0], [0.0, 0.0], fill=True, color="#e2e8f0", label="market volume")
    behind.stairs(volumes, edges, fill=True, color="#e2e8f0")
    behind.set_ylim(0, max([*volumes, 1.0]) * 3)
    behind.axis("off")
    axes.set_zorder(behind.get_zorder() + 1)
    axes.patch.set_visible(False)


def _first_plan(case: Case, record: OrderRecord, span: Span) -> list[tuple[Ns, int]]:
    day = case.day(span.start)
    plan = next((plan for plan in record.plans if case.day(plan.at) == day), None)
    return [(point.at, point.qty) for point in plan.points] if plan else []


def _draw_done(axes: Axes, case: Case, span: Span) -> None:
    fills = sorted(case.fills, key=lambda fill: fill.at)
    done = sum(fill.qty for fill in fills if fill.at < span.start)
    xs, ys = [0.0], [done]
    for fill in fills:
        if span.start <= fill.at <= span.end:
            done += fill.qty
            xs.append(_hours(fill.at, span))
            ys.append(done)
    axes.step([*xs, _hours(span.end, span)], [*ys, done], where="post", color=COLOURS[0], linewidth=1.6, label="filled")


def _draw_step(axes: Axes, place: int, bottom: float, bps: float, colour: str) -> None:
    axes.bar(place, bps, bottom=bottom, width=0.7, color=colour)
    above = max(bottom, bottom + bps)
    axes.annotate(f"{bps:+.2f}", (place, above), xytext=(0, 3), textcoords="offset points", ha="center", color=INK)


def _write(axes: Axes, left: float, part: float, place: int) -> None:
    if part >= 4:  # percent: less has no room for its figure
        axes.text(left + part / 2, place, f"{part:.1f} %", ha="center", va="center", color="white", fontsize=8.5)


def _hours(at: Ns, span: Span) -> float:
    return (at - span.open) / _HOUR


def _finish(axes: Axes, day: str, span: Span) -> None:
    axes.set_title(f"{day[:4]}-{day[4:6]}-{day[6:]}", fontsize=9)
    axes.set_xlim(0, _hours(span.end, span))
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.set_xlabel("hours after the open")
