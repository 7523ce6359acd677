"""A calibration in two panels as SVG: realised over predicted, and coverage promised against coverage found.

The same figures give the same bytes. Knows no file; draws with matplotlib, without its global state.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from router.tca.estimate import mean
from router.tca.fit.verify import Calibration, Prediction

BINS: Final = 8
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "verify costs",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.edgecolor": "#999999",
    "axes.labelcolor": "#555555",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "legend.frameon": False,
}
_COLOURS: Final = ("#2b6cb0", "#dd6b20", "#2f855a", "#805ad5", "#b83280", "#718096", "#975a16", "#2c7a7b", "#c53030")
_LONG: Final = re.compile(r"\b\d+\.\d{3,}\b")


def calibration_picture(calibrations: Sequence[Calibration], shown: Calibration) -> str:
    """`shown` order by order on the left, every model's coverage on the right."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(10.4, 4.4), layout="constrained")
        FigureCanvasSVG(figure)
        left, right = figure.subplots(1, 2)
        _scatter(left, shown)
        _coverages(right, calibrations)
        buffer = StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _LONG.sub(lambda found: f"{float(found[0]):.2f}", buffer.getvalue())


def _scatter(axes: Axes, shown: Calibration) -> None:
    found = sorted(shown.predictions, key=lambda each: each.expected)
    xs = [each.expected for each in found]
    axes.scatter(xs, [each.realised for each in found], s=9, color="#a0aec0", label="an order", linewidths=0)
    ends = [min(xs), max(xs)]
    axes.plot(ends, ends, color="#1a202c", linewidth=1, linestyle="--", label="as predicted")
    groups = [list(part) for part in np.array_split(np.array(found, dtype=object), min(BINS, len(found)))]
    _means(axes, groups)
    axes.set_xlabel("predicted cost, bps")
    axes.set_ylabel("realised cost, bps")
    axes.set_title(f"{shown.model}: {shown.orders} orders", fontsize=9)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3, fontsize=8)


def _means(axes: Axes, groups: Sequence[Sequence[Prediction]]) -> None:
    """Means of equal counts of orders by prediction, with 95 % intervals."""
    for number, group in enumerate(groups):
        middle = sum(each.expected for each in group) / len(group)
        found = mean([each.realised for each in group])
        reach = found.covers
        assert found.value is not None
        bars = None if reach is None else [[found.value - reach[0]], [reach[1] - found.value]]
        label = "mean of an eighth, 95 %" if not number else None
        axes.errorbar([middle], [found.value], yerr=bars, fmt="o", color="#2b6cb0", capsize=3, label=label)


def _coverages(axes: Axes, calibrations: Sequence[Calibration]) -> None:
    axes.plot([0.4, 1], [0.4, 1], color="#1a202c", linewidth=1, linestyle="--", label="as promised")
    for number, each in enumerate(calibrations):
        moved = (number - (len(calibrations) - 1) / 2) * 0.008
        xs = [one.level + moved for one in each.coverage]
        values = [one.found.value or 0.0 for one in each.coverage]
        reach = [one.found.covers or (value, value) for one, value in zip(each.coverage, values, strict=True)]
        bars = [
            [value - low for value, (low, _) in zip(values, reach, strict=True)],
            [high - value for value, (_, high) in zip(values, reach, strict=True)],
        ]
        colour = _COLOURS[number % len(_COLOURS)]
        axes.errorbar(xs, values, yerr=bars, fmt="o", markersize=3, color=colour, label=each.model, elinewidth=1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xticks([one.level for one in calibrations[0].coverage])
    axes.set_xlabel("interval promised")
    axes.set_ylabel("orders inside it")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
