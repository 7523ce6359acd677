"""What the market did after a venue's fills, as SVG. Knows no page and no file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure

from router.tca.estimate import Estimate
from router.tca.report.page_drawing import MUTED, VENUE_COLOURS, VENUES, drawn, legend, plain, wide
from router.tca.venues.attribution_rows import AttributionRow

SPREAD: Final = 0.62
"""Part of the room between two horizons over which venues stand side by side."""
WHISKERS: Final = 2.5
"""The frame reaches so many times as far as the values; an interval that is wider is cut there."""
LEAST_BPS: Final = 1.0


def markout_picture(name: str, rows: Sequence[AttributionRow], colours: dict[str, int]) -> str:
    """The markout of each venue's fills at each horizon with its 95 % interval; positive, a cost, is up."""
    alt = f"Markouts of the fills of {name} by venue and horizon, bps, with 95 % intervals"
    return drawn(f"{name} markouts", alt, lambda: _markouts(rows, colours))


def _markouts(rows: Sequence[AttributionRow], colours: dict[str, int]) -> Figure:
    figure, axes = wide()
    horizons = [f"{each.horizon_s:g} s" for each in rows[0].horizons]
    values = [abs(each.markout_bps.value or 0.0) for row in rows for each in row.horizons]
    reach = max(LEAST_BPS, WHISKERS * max(values))
    for number, row in enumerate(rows):
        shift = SPREAD * ((number + 0.5) / len(rows) - 0.5)
        known = [(place + shift, each.markout_bps) for place, each in enumerate(row.horizons)]
        points = [(x, each, each.value) for x, each in known if each.value is not None]
        if points:
            xs, ys = [x for x, _, _ in points], [value for _, _, value in points]
            axes.errorbar(
                xs, ys, yerr=_whiskers([each for _, each, _ in points]), fmt="o-", markersize=4, linewidth=0.9,
                elinewidth=1.2, capsize=2.5, color=VENUES[colours[row.group] % VENUE_COLOURS], label=row.group,
            )  # fmt: skip
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.set_ylim(-reach, reach)
    axes.set_xlim(-0.5, len(horizons) - 0.5)
    axes.set_xticks(range(len(horizons)), horizons)
    axes.set_ylabel("markout, bps")
    plain(axes)
    legend(figure)
    return figure


def _whiskers(estimates: Sequence[Estimate]) -> list[list[float]]:
    """Below and above; of what has no interval, nothing."""
    ends = [(each.value or 0.0, each.covers) for each in estimates]
    below = [0.0 if covers is None else value - covers[0] for value, covers in ends]
    above = [0.0 if covers is None else covers[1] - value for value, covers in ends]
    return [below, above]
