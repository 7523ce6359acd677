"""The index of an evidence pack, as HTML and as Markdown: text in, text out. Text of a client is escaped in both.

Shows, never reckons: every figure is another module's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

from jinja2 import Environment

from router.core.events import ReplaceRequest
from router.core.types import Ns, Qty, Side
from router.tca.templating import environment

NOTHING: Final = "\N{EN DASH}"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MARKS: Final = re.compile(r"([\\`*_\[\]|~@]|(?<=:)/|(?<=www)\.)")
"""What works in the middle of a line of Markdown, links that write themselves included; texts never begin one."""
_LETTERS: Final = ("IOC", "FOK", "GTC", "GTD")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def html_text(shown: Mapping[str, object]) -> str:
    """One page with nothing to fetch; follows the reader's light or dark setting."""
    return _environment(escaped=True).get_template("evidence.html.j2").render(shown)


def markdown_text(shown: Mapping[str, object]) -> str:
    """The same for a terminal or a ticket."""
    return _environment(escaped=False).get_template("evidence.md.j2").render(shown)


def time_text(at: Ns | None) -> str:
    """Date and time in UTC, to the microsecond."""
    return NOTHING if at is None else f"{_EPOCH + timedelta(microseconds=at // 1_000):%Y-%m-%d %H:%M:%S.%f}"


def qty_text(qty: Qty | None) -> str:
    """`12,345`."""
    return NOTHING if qty is None else f"{qty:,}"


def side_text(side: Side) -> str:
    """`Buy`, `Sell short exempt`."""
    return name_text(side.name)


def name_text(name: str) -> str:
    """An enumeration's name as words; what is spoken as letters stays so."""
    return name if name in _LETTERS else name.replace("_", " ").capitalize()


def request_text(request: object) -> str:
    """What a client asked of a standing order."""
    return "replace, OrderCancelReplaceRequest(G)" if isinstance(request, ReplaceRequest) else "OrderCancelRequest(F)"


def score_text(score: float) -> str:
    """A score, to six significant digits."""
    return f"{score:,.6g}"


def held_text(held: bool | None) -> str:
    """Whether a limit was kept."""
    return "not compared" if held is None else "kept" if held else "broken"


def markdown(text: object) -> str:
    """Text that Markdown takes as text: no mark of it works, and it stays on one line."""
    return _MARKS.sub(r"\\\1", escape(_CONTROL.sub(" ", str(text)), quote=False))


def plain(text: object) -> str:
    """Text without control characters, for HTML."""
    return _CONTROL.sub(" ", str(text))


def _environment(*, escaped: bool) -> Environment:
    templates = environment(escaped=escaped)
    templates.filters.update(
        time=time_text,
        qty=qty_text,
        side=side_text,
        name=name_text,
        request=request_text,
        score=score_text,
        held=held_text,
        md=markdown,
        plain=plain,
    )
    return templates
