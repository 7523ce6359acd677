"""Two pictures of a calibration as SVG: how far each queue model errs, and fills predicted against fills observed.

The same figures give the same bytes. Knows no page and no file; draws with matplotlib, without its global state.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from router.tca.drawing import COLOURS, FAINT, legend, panels, styled, svg
from router.tca.queues.calibration import Calibration, Forecast


def errors_picture(calibrations: Sequence[Calibration]) -> str:
    """Mean absolute error as a part of the level: a group of bars for each model, a bar for each market."""
    with styled("queue errors"):
        figure, (axes,) = panels(1, 1, width=8.4, height=3.0)
        width = 0.8 / len(calibrations)
        models = [error.model for error in calibrations[0].errors]
        for number, each in enumerate(calibrations):
            places = [place + (number - (len(calibrations) - 1) / 2) * width for place in range(len(models))]
            parts = [error.of_level for error in each.errors]
            axes.bar(places, parts, width * 0.92, color=COLOURS[number % len(COLOURS)], label=each.market)
        axes.set_xticks(range(len(models)), models)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_ylabel("mean absolute error, of the level")
        legend(figure, axes)
        return svg(figure)


def fills_picture(calibrations: Sequence[Calibration], names: Sequence[str]) -> str:
    """Fills observed (95 % intervals) over predicted, in deciles: a row for each market, a panel for each horizon."""
    columns = max(len(each.horizons) for each in calibrations)
    with styled("queue fills"):
        figure, found = panels(len(calibrations), columns, width=8.4, height=0.4 + 2.3 * len(calibrations))
        for row, each in enumerate(calibrations):
            for axes, horizon in zip(found[row * columns :], each.horizons, strict=False):
                axes.set_title(f"{each.market}, within {horizon.seconds:g} s", fontsize=9)
                _draw_horizon(axes, [f for name in names for f in horizon.forecasts if f.name == name])
            found[row * columns].set_ylabel("filled")
        for axes in found[-columns:]:
            axes.set_xlabel("predicted")
        legend(figure, found[0])
        return svg(figure)


def _draw_horizon(axes: Axes, forecasts: Sequence[Forecast]) -> None:
    for number, forecast in enumerate(forecasts):
        _draw_deciles(axes, forecast, COLOURS[number % len(COLOURS)])
    groups = [group for forecast in forecasts for group in forecast.deciles]
    end = max([1.05 * max(group.predicted, group.high) for group in groups], default=1.0)
    axes.plot([0, end], [0, end], color=FAINT, linewidth=0.8, linestyle=(0, (3, 2)))
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
