"""Two pictures of a calibration as SVG: how far each queue model errs, and fills predicted against fills observed.

The same figures give the same bytes. Knows no page and no file; draws with matplotlib, without its global state.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from router.tca.calibration import Calibration, Forecast

_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.edgecolor": "#999999",
    "axes.labelcolor": "#555555",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "legend.frameon": False,
}
_COLOURS: Final = ("#2b6cb0", "#dd6b20", "#2f855a", "#805ad5", "#b83280", "#718096")
_LONG: Final = re.compile(r"\b\d+\.\d{3,}\b")


def errors_picture(calibrations: Sequence[Calibration]) -> str:
    """Mean absolute error as a part of the level: a group of bars for each model, a bar for each market."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": "queue errors"}):
        figure, (axes,) = _figure(1, rows=1, width=8.4, height=3.0)
        width = 0.8 / len(calibrations)
        models = [error.model for error in calibrations[0].errors]
        for number, each in enumerate(calibrations):
            places = [place + (number - (len(calibrations) - 1) / 2) * width for place in range(len(models))]
            parts = [error.of_level for error in each.errors]
            axes.bar(places, parts, width * 0.92, color=_COLOURS[number % len(_COLOURS)], label=each.market)
        axes.set_xticks(range(len(models)), models)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_ylabel("mean absolute error, of the level")
        _legend(figure, axes)
        return _svg(figure)


def fills_picture(calibrations: Sequence[Calibration], names: Sequence[str]) -> str:
    """Fills observed (95 % intervals) over predicted, in deciles: a row for each market, a panel for each horizon."""
    columns = max(len(each.horizons) for each in calibrations)
    with mpl.rc_context({**_STYLE, "svg.hashsalt": "queue fills"}):
        figure, panels = _figure(columns, rows=len(calibrations), width=8.4, height=0.4 + 2.3 * len(calibrations))
        for row, each in enumerate(calibrations):
            for axes, horizon in zip(panels[row * columns :], each.horizons, strict=False):
                axes.set_title(f"{each.market}, within {horizon.seconds:g} s", fontsize=9)
                _draw_horizon(axes, [f for name in names for f in horizon.forecasts if f.name == name])
            panels[row * columns].set_ylabel("filled")
        for axes in panels[-columns:]:
            axes.set_xlabel("predicted")
        _legend(figure, panels[0])
        return _svg(figure)


def _draw_horizon(axes: Axes, forecasts: Sequence[Forecast]) -> None:
    for number, forecast in enumerate(forecasts):
        _draw_deciles(axes, forecast, _COLOURS[number % len(_COLOURS)])
    groups = [group for forecast in forecasts for group in forecast.deciles]
    end = max([1.05 * max(group.predicted, group.high) for group in groups], default=1.0)
    axes.plot([0, end], [0, end], color="#999999", linewidth=0.8, linestyle=(0, (3, 2)))
    axes.set_xlim(0, end)
    axes.set_ylim(0, end)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _draw_deciles(axes: Axes, forecast: Forecast, colour: str) -> None:
    groups = forecast.deciles
    below = [max(group.observed - group.low, 0.0) for group in groups]
    above = [max(group.high - group.observed, 0.0) for group in groups]
    axes.errorbar(
        [group.predicted for group in groups],
        [group.observed for group in groups],
        yerr=[below, above],
        color=colour,
        marker="o",
        markersize=3.5,
        linewidth=1.2,
        elinewidth=0.8,
        label=forecast.name,
    )


def _legend(figure: Figure, axes: Axes) -> None:
    """Above everything: within the axes it would hide what is drawn."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=6, fontsize=8)


def _figure(columns: int, *, rows: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    found = [figure.add_subplot(rows, columns, number + 1) for number in range(rows * columns)]
    for axes in found:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, axis="y", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
    return figure, found


def _svg(figure: Figure) -> str:
    """One <svg> that is a file and can stand in a page: white behind, no prologue, no date."""
    out = StringIO()
    figure.savefig(out, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    return _LONG.sub(lambda match: f"{float(match.group()):.2f}".rstrip("0").rstrip("."), text)
