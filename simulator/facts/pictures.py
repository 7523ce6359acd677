"""Pictures of the facts of several markets side by side, as SVG: one figure a group of facts, one colour a market.

The same facts give the same bytes. It must not know a page or a file; draws with matplotlib, without its global state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any, Final, TypeAlias

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from simulator.facts import day, measures
from simulator.facts.day import DayFacts, mean_curve
from simulator.facts.impact import Impact

Markets: TypeAlias = Mapping[str, Sequence[DayFacts]]

_COLOURS: Final = ("#1f6f8b", "#c8553d", "#6a994e", "#7d5ba6", "#8c6d1f", "#555555")
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.0,
    "legend.frameon": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
}
_LONG = re.compile(r"\b\d+\.\d{3,}\b")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


def pictures(markets: Markets, impact: Mapping[float, Sequence[Impact]] | None = None) -> dict[str, str]:
    """SVG text by name: day, orders, signs, prices, queue, and impact where there was an experiment."""
    found = {name: _picture(name, panels, markets) for name, panels in _GROUPS.items()}
    if impact:
        found["impact"] = _svg("impact", lambda axes: _impact(axes[0], impact), 1)
    return found


# --- a panel draws one curve of every market

_Panel: TypeAlias = Callable[[Axes, Markets], None]


def _curve(
    name: str, title: str, xs: Sequence[float], xlabel: str, *, log: str = "", marker: str = "", over_mean: bool = False
) -> _Panel:
    def draw(axes: Axes, markets: Markets) -> None:
        for (label, days), colour in zip(markets.items(), _COLOURS * len(markets), strict=False):
            ys = mean_curve(days, name)
            ys = ys / np.nanmean(ys) if over_mean else ys
            shown = np.where(ys > 0, ys, np.nan) if "y" in log else ys
            axes.plot(xs, shown, color=colour, linewidth=1.4, marker=marker, markersize=3.0, label=label)
        axes.set_title(title)
        axes.set_xlabel(xlabel)
        if "x" in log:
            axes.set_xscale("log")
        if "y" in log:
            axes.set_yscale("log")

    return draw


_BIN_HOURS: Final = [(place + 0.5) / measures.BINS for place in range(measures.BINS)]
_OF_SESSION: Final = "part of the session gone"


def _queue(axes: Axes, markets: Markets) -> None:
    sizes = range(day.QUEUES)
    for (label, days), colour in zip(markets.items(), _COLOURS * len(markets), strict=False):
        axes.plot(sizes, mean_curve(days, "queue"), color=colour, linewidth=0, marker="o", markersize=3.5, label=label)
        axes.plot(sizes, mean_curve(days, "queue_law"), color=colour, linewidth=1.2)
    axes.set_title("first queue: dots observed, line its invariant law")
    axes.set_xlabel("size, mean orders")


def _impact(axes: Axes, found: Mapping[float, Sequence[Impact]]) -> None:
    sizes = np.array([np.mean([impact.size for impact in row]) for row in found.values()])
    peaks = np.array([[impact.peak * 1e4 for impact in row] for row in found.values()])
    error = peaks.std(axis=1) / np.sqrt(max(peaks.shape[1] - 1, 1))
    axes.errorbar(sizes * 100, peaks.mean(axis=1), yerr=1.96 * error, color=_COLOURS[0], linewidth=0, elinewidth=1.2,
                  marker="o", markersize=4, label="meta-orders, 95 %")  # fmt: skip
    middle = len(sizes) // 2
    law = peaks.mean(axis=1)[middle] * np.sqrt(sizes / sizes[middle])
    axes.plot(sizes * 100, law, color=_COLOURS[1], linewidth=1.2, label="square root through the middle one")
    axes.set_xscale("log")
    axes.set_yscale("log")
    # By itself matplotlib writes powers of ten over one another on a range of little more than a decade.
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.set_title("impact of a meta-order, bps")
    axes.set_xlabel("size, % of the day's volume")
    axes.legend()


_GROUPS: Final[Mapping[str, tuple[_Panel, ...]]] = {
    "day": (
        _curve("spread", "spread over its mean", _BIN_HOURS, _OF_SESSION, over_mean=True),
        _curve("depth", "depth at the touch over its mean", _BIN_HOURS, _OF_SESSION, over_mean=True),
        _curve("volume", "part of the day's volume", _BIN_HOURS, _OF_SESSION),
    ),
    "orders": (
        _curve("sizes", "part of orders at least so large", day.SIZE_GRID, "round lots", log="xy"),
        _curve("gaps", "part of gaps between trades at least so long", day.GAP_GRID, "in mean gaps", log="xy"),
        _curve("lives", "part of lives to cancellation at least so long", day.LIFE_GRID_S, "seconds", log="x"),
    ),
    "signs": (
        _curve("signs", "correlation of trade signs", measures.SIGN_LAGS, "lag, trades", log="xy"),
        _curve("response", "response of the mid, half-spreads", measures.RESPONSE_LAGS, "trades later", marker="o"),
        _curve("resilience", "left of a sweep's widening", measures.RESILIENCE_S, "seconds later", marker="o"),
    ),
    "prices": (
        _curve(
            "returns", "returns: correlation at lag 1", day.RETURN_STEPS_S, "of how many seconds", log="x", marker="o"
        ),
        _curve("volatility", "absolute 1 min returns: correlation", day.VOLATILITY_LAGS, "lag, minutes"),
        _curve(
            "signature", "volatility / that from 300 s", measures.SIGNATURE_S, "sampled, seconds", log="x", marker="o"
        ),
    ),
    "queue": (_queue,),
}


def _picture(name: str, panels: Sequence[_Panel], markets: Markets) -> str:
    def draw(axes: Sequence[Axes]) -> None:
        for each, panel in zip(axes, panels, strict=True):
            panel(each, markets)
        axes[0].legend()

    return _svg(name, draw, len(panels))


def _svg(name: str, draw: Callable[[Sequence[Axes]], None], panels: int) -> str:
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(3.4 * panels if panels > 1 else 4.6, 2.7), layout="constrained")
        FigureCanvasSVG(figure)
        draw([figure.add_subplot(1, panels, place + 1) for place in range(panels)])
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = _LONG.sub(lambda number: f"{float(number.group()):.2f}", out.getvalue())
    # Ids are the same in every figure; one page holds several of them.
    text = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    return _TRAILING.sub("", text[text.index("<svg") :])
