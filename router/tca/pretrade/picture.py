"""Cost against risk as an inline SVG: the strategies by the middle model, how far the models are apart, the frontiers.

Written by hand, with the page's CSS variables for colours, so that one picture serves light and dark and the same
documents give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

from msgspec import Struct

from router.tca.pretrade.documents import Point, PreTrade, StrategyLine

WIDTH, HEIGHT = 860, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 20, 46
FILLS: Final = 6
"""Colours of venues that the page has and that strategies take, in order of name."""
ROOM: Final = 1.1
"""How far the cost axis reaches above the dearest strategy by any model that holds."""


class Axis(Struct, frozen=True):
    """A linear scale from `low` to `high` onto `start` to `end` pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """About six round values."""
        step = _round_step((self.high - self.low) / 6)
        return [step * count for count in range(ceil(self.low / step), floor(self.high / step) + 1)]


def frontier_picture(document: PreTrade) -> str:
    """The picture; a strategy's bar reaches from the lowest to the highest model that holds for it.

    What leaves shares is hollow, has no bar, and stands where its whole order would: finished on later dates.
    """
    lines = document.strategies
    x, y = _axes(lines)
    names = sorted({each.strategy for each in lines})
    body = [*_grid(x, y), *_frontiers(document, x, y)]
    for each in lines:
        body += _strategy(each, names.index(each.strategy) % FILLS, x, y)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Expected cost against timing risk">'
        f"{''.join(body)}</svg>"
    )


def legend(document: PreTrade) -> tuple[tuple[str, str], ...]:
    """(CSS colour, text) of each strategy."""
    names = sorted({each.strategy for each in document.strategies})
    return tuple((f"var(--venue-{index % FILLS})", name) for index, name in enumerate(names))


def lines_drawn(document: PreTrade) -> tuple[str, ...]:
    """The models whose frontiers are in the picture; the first is drawn whole, the others dashed."""
    return tuple(model for model, _ in _seen(document, *_axes(document.strategies)))


def _axes(lines: Sequence[StrategyLine]) -> tuple[Axis, Axis]:
    risks, costs = [each.finished_risk for each in lines], [end for each in lines for end in _ends(each)]
    low = min(0.0, *costs)
    high = low + ROOM * max(max(costs) - low, 0.1)
    return Axis(0.0, 1.05 * max(risks), LEFT, WIDTH - RIGHT), Axis(low, high, HEIGHT - BOTTOM, TOP)


def _ends(each: StrategyLine) -> tuple[float, float]:
    """The lowest and the highest model that holds; of what leaves shares the whole order's cost."""
    if each.unfilled:
        return each.finished_cost, each.finished_cost
    values = [cost.total for cost in each.models if not cost.outside] or [cost.total for cost in each.models]
    return min(values), max(values)


def _round_step(rough: float) -> float:
    scale = 10.0 ** floor(log10(rough))
    return next(scale * each for each in (1, 2, 5, 10) if scale * each >= rough)


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    for tick in y.ticks():
        at = y.at(tick)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="var(--grid)"/>'
        yield _text(LEFT - 8, at + 4, f"{tick:g}", "end")
    for tick in x.ticks():
        yield _text(x.at(tick), HEIGHT - BOTTOM + 18, f"{tick:g}", "middle")
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "timing risk, bps (one standard deviation)", "middle")
    yield (
        f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2:.1f}) rotate(-90)" text-anchor="middle" '
        f'font-size="12" fill="var(--muted)">expected cost, bps</text>'
    )


def _frontiers(document: PreTrade, x: Axis, y: Axis) -> Iterator[str]:
    for index, (_, points) in enumerate(_seen(document, x, y)):
        path = " ".join(f"{x.at(point.risk):.1f},{y.at(point.cost):.1f}" for point in points)
        dash = ' stroke-dasharray="6 4"' if index else ""
        yield f'<polyline points="{path}" fill="none" stroke="var(--plan)" stroke-width="1.6"{dash}/>'


def _seen(document: PreTrade, x: Axis, y: Axis) -> list[tuple[str, list[Point]]]:
    """What of each frontier lies in the picture; one of which less than a line does is left out."""
    inside = (
        (each.model, [point for point in each.points if y.low <= point.cost <= y.high and point.risk <= x.high])
        for each in document.frontiers
    )
    return [(model, points) for model, points in inside if len(points) > 1]


def _strategy(each: StrategyLine, colour: int, x: Axis, y: Axis) -> Iterator[str]:
    at, cost = x.at(each.finished_risk), y.at(each.finished_cost)
    low, high = map(y.at, _ends(each))
    paint = f"var(--venue-{colour})"
    yield (
        f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{paint}" '
        f'stroke-opacity="{0.9 if each.recommended else 0.25}" stroke-width="{3 if each.recommended else 2}"/>'
    )
    hollow = bool(each.unfilled)
    fill = "var(--card)" if hollow else paint
    whole = f", {100 * each.unfilled_part:.3g} % of it after its time" if each.unfilled else ""
    title = f"{each.strategy} {each.urgency}: {each.finished_cost:.1f} bps, risk {each.finished_risk:.1f} bps{whole}"
    yield (
        f'<circle cx="{at:.1f}" cy="{cost:.1f}" r="{7 if each.recommended else 4}" fill="{fill}" stroke="{paint}" '
        f'stroke-width="1.5"><title>{escape(title)}</title></circle>'
    )
    if each.recommended:
        yield _text(at, high - 6, f"{each.strategy}, recommended", "middle", "var(--ink)")


def _text(x: float, y: float, text: str, anchor: str, colour: str = "var(--muted)") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" fill="{colour}">{escape(text)}</text>'
