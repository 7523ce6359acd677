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
        figure, (axes,) = _figure(1, width=8.4, height=3.0)
        width = 0.8 / len(calibrations)
        models = [error.model for error in calibrations[0].errors]
        for number, each in enumerate(calibrations):
            places = [place + (number - (len(calibrations) - 1) / 2) * width for place in range(len(models))]
            parts = [error.of_level for error in each.errors]
            axes.bar(places, parts, width * 0.92, color=_COLOURS[number % len(_COLOURS)], label=each.market)
        axes.set_xticks(range(len(models)), models)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_ylabel("mean absolute error, of the level")
        axes.legend(fontsize=8)
        return _svg(figure)


def fills_picture(calibration: Calibration, names: Sequence[str]) -> str:
    """Fills observed (95 % intervals) over predicted, in deciles: a panel for each horizon, a line for each name."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": "queue fills"}):
        figure, panels = _figure(len(calibration.horizons), width=8.4, height=3.6)
        for axes, horizon in zip(panels, calibration.horizons, strict=True):
            chosen = [forecast for name in names for forecast in horizon.forecasts if forecast.name == name]
            for number, forecast in enumerate(chosen):
                _draw_deciles(axes, forecast, _COLOURS[number % len(_COLOURS)])
            axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, linestyle=(0, (3, 2)))
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1)
            axes.set_title(f"within {horizon.seconds:g} s", fontsize=9)
            axes.set_xlabel("predicted")
            axes.xaxis.set_major_formatter(PercentFormatter(1.0))
            axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        panels[0].set_ylabel("filled")
        panels[0].legend(fontsize=8)
        return _svg(figure)


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


def _figure(panels: int, *, width: float, height: float) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    found = [figure.add_subplot(1, panels, number + 1) for number in range(panels)]
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
