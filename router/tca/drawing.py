"""What pictures with colours of their own have in common: style, panels, legend, and the figure as SVG text.

Such a picture is a file or a part of a page: white behind, the same bytes from the same figures. (Pictures that follow
a page's light and dark are of `router.tca.report.page_drawing`.) Knows no figure's meaning; draws without matplotlib's
global state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK: Final = "#4a5568"
FAINT: Final = "#999999"
COLOURS: Final = ("#2b6cb0", "#dd6b20", "#2f855a", "#805ad5", "#b83280", "#718096")
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": "#555555",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "legend.frameon": False,
}
_DPI: Final = 150
"""Of what is drawn as an image within the picture."""
_TAG: Final = re.compile("<[^>]+>")
_LONG: Final = re.compile(r"\b\d+\.\d{3,}\b")


@contextmanager
def styled(salt: str) -> Iterator[None]:
    """The style; `salt` makes the ids of one picture different from another's on a page."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": salt}):
        yield


def panels(rows: int, columns: int, *, width: float, height: float, share_y: bool = False) -> tuple[Figure, list[Axes]]:
    """A figure of `width` x `height` inches with its axes, row by row."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    grid: Any = figure.subplots(rows, columns, squeeze=False, sharey="row" if share_y else False)
    found: list[Axes] = list(grid.flat)
    for axes in found:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, axis="y", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
    return figure, found


def legend(figure: Figure, axes: Axes) -> None:
    """Above everything: within the axes it would hide what is drawn."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=6, fontsize=8)


def svg(figure: Figure) -> str:
    """One <svg> that is a file and can stand in a page: white behind, no prologue, no date."""
    out = StringIO()
    figure.savefig(out, format="svg", dpi=_DPI, facecolor="white", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return short_numbers(text[text.index("<svg") :])


def short_numbers(text: str) -> str:
    """Coordinates to two decimals, for size; what a label says stays as it is."""
    return _TAG.sub(lambda tag: _LONG.sub(_shortened, tag.group()), text)


def _shortened(number: re.Match[str]) -> str:
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")
