"""What the pictures of a report have in common: figure, axes, time, colours; and how a figure becomes inline SVG.

Colours are the page's CSS variables, so that one picture serves light, dark and print; text is text, in the page's
font. The same figure gives the same bytes. Draws with matplotlib, without its global state. Knows no order.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from io import StringIO
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from router.core.types import SECOND, Ns
from router.tca.drawing import short_numbers

VENUE_COLOURS: Final = 8
"""Colours for venues; with more venues than that, colours repeat."""
TICKS_MAX: Final = 9

# Stand-ins that matplotlib can draw with; `_themed` turns them into the page's variables.
INK, MUTED, GRID, PLAN, FILL, VOLUME, PAID, GAINED = (f"#0102{number:02x}" for number in range(8))
VENUES: Final = tuple(f"#0103{number:02x}" for number in range(VENUE_COLOURS))
_VARIABLES: Final = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PLAN: "--plan",
    FILL: "--fill",
    VOLUME: "--volume",
    PAID: "--paid",
    GAINED: "--gained",
    **{colour: f"--venue-{number}" for number, colour in enumerate(VENUES)},
}
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}
_TICK_STEPS_S: Final = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    14_400,
    43_200,
    86_400,
    604_800,
)
_DAY_S: Final = 86_400
_NAMED = re.compile(r' id="([^"]+)"')
_USED = re.compile(r"(?:url\(#|href=\"#)([^)\"]+)")


def drawn(name: str, alt: str, make: Callable[[], Figure]) -> str:
    """The picture that `make` draws, as one inline <svg>; `name` is its own on the page, `alt` says what it shows."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        return _svg(make(), alt)


def wide(height: float = 2.9) -> tuple[Figure, Axes]:
    """Margins are fixed: pictures over time share their axis, and no layout has to be sought. Inches."""
    figure = Figure(figsize=(9.6, height))
    FigureCanvasSVG(figure)
    figure.subplots_adjust(left=0.08, right=0.92, top=1 - 0.32 / height, bottom=0.26 / height)
    return figure, figure.add_subplot()


def half(height: float = 3.0, rows: int = 1) -> tuple[Figure, Axes]:
    """For two beside each other; with room for names on both axes, and for a legend of so many rows."""
    figure = Figure(figsize=(5.4, height))
    FigureCanvasSVG(figure)
    figure.subplots_adjust(left=0.13, right=0.97, top=1 - (0.1 + 0.2 * rows) / height, bottom=0.5 / height)
    return figure, figure.add_subplot()


def plain(axes: Axes) -> None:
    """Level lines, and no frame but the bottom."""
    axes.yaxis.grid(visible=True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


def legend(figure: Figure, columns: int = 12) -> None:
    """Above the axes."""
    figure.legend(
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        handlelength=1.3,
        handletextpad=0.5,
        columnspacing=1.2,
        labelcolor=MUTED,
    )


def over_time(axes: Axes, start: Ns, end: Ns) -> None:
    """The time axis, in UTC, which its end says; over more than a day with dates."""
    axes.set_xlim(when(start), when(end))
    length = (end - start) // SECOND
    most = TICKS_MAX if length <= _DAY_S else TICKS_MAX - 2
    step = next((step for step in _TICK_STEPS_S if length // step < most), _TICK_STEPS_S[-1])
    first = -(-start // SECOND // step) * step
    axes.xaxis.set_major_locator(FixedLocator(list(range(first, end // SECOND + 1, step))))
    form = "%-d %b %H:%M" if length > _DAY_S else "%H:%M" if step >= 60 else "%H:%M:%S"
    axes.xaxis.set_major_formatter(FuncFormatter(lambda second, _: f"{datetime.fromtimestamp(second, UTC):{form}}"))
    # Beyond the last time, and beyond the figures of an axis on the right.
    axes.annotate("UTC", (1, 0), xycoords="axes fraction", xytext=(18, -4), textcoords="offset points", va="top",
                  color=MUTED)  # fmt: skip


def when(at: Ns) -> float:
    """Seconds, which a float holds to a fraction of a microsecond."""
    return at / SECOND


def _svg(figure: Figure, alt: str) -> str:
    """No prologue, metadata or style sheet, no ids that nothing refers to."""
    out = StringIO()
    figure.savefig(out, format="svg", transparent=True)
    text = out.getvalue()
    view = text[text.index("viewBox=") :].split('"')[1]
    body = text[text.index("</defs>") + len("</defs>") :]
    text = f'<svg viewBox="{view}" role="img" aria-label="{escape(alt)}">{body}'
    text = short_numbers(text)
    used = _USED.findall(text)
    text = _NAMED.sub(lambda match: match.group() if match.group(1) in used else "", text)
    return _themed(text)


def _themed(text: str) -> str:
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return text
