"""The facts as text: rows for a terminal, a Markdown table, and one self-contained HTML page with its pictures.

It must not know how anything was measured, nor a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from simulator.facts.table import Judged, Row, show, spread_of

HEADER: Final = ("fact", "wanted", "source")

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Stylised facts</title><style>
body { font: 15px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9em; }
th, td { text-align: left; padding: 0.25rem 0.7rem; border-bottom: 1px solid #ddd; vertical-align: top; }
.missed { color: #a4262c; font-weight: 600; } svg { max-width: 100%; height: auto; margin: 0.6rem 0; }
</style></head><body>
<h1>Stylised facts</h1>
<p>Mean over days (least to greatest). Wanted is what every day of {{ names[0] }} should keep to; others are shown, not
judged. {{ verdict }}</p>
<table><thead><tr>{% for cell in header %}<th>{{ cell }}</th>{% endfor %}</tr></thead><tbody>
{% for row, missed in rows %}<tr{% if missed %} class="missed"{% endif %}>
{%- for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% for picture in pictures %}<div>{{ picture }}</div>
{% endfor %}</body></html>
"""


def cells(judged: Judged) -> list[tuple[list[str], bool]]:
    """(a row of texts, whether it is missed) for each fact of the first market; others join where they have it."""
    first, *others = judged.values()
    out = []
    for row in first:
        beside = [next((spread_of(each) for each in other if each.fact.key == row.fact.key), "") for other in others]
        wanted = f"{show(row.fact.low)} to {show(row.fact.high)}"
        mark = "" if row.is_met else f" ({row.met} of {row.days} days)"
        out.append(([row.fact.title, spread_of(row) + mark, *beside, wanted, row.fact.source], not row.is_met))
    return out


def header(judged: Judged) -> list[str]:
    """Column titles to `cells`."""
    title, *rest = HEADER
    return [title, *judged, *rest]


def verdict(rows: Sequence[Row]) -> str:
    """One sentence: how many facts are met, and which are not."""
    missed = [row.fact.title for row in rows if not row.is_met]
    met = f"{len(rows) - len(missed)} of {len(rows)} facts are met on every day"
    return f"{met}; not: {'; '.join(missed)}." if missed else f"{met}."


def markdown(judged: Judged) -> str:
    """The table and its verdict; what is missed stands in bold."""
    lines = ["| " + " | ".join(header(judged)) + " |", "|" + "---|" * len(header(judged))]
    for row, missed in cells(judged):
        lines.append("| " + " | ".join([row[0], f"**{row[1]}**" if missed else row[1], *row[2:]]) + " |")
    first = next(iter(judged.values()))
    return "\n".join([*lines, "", verdict(first), ""])


def html(judged: Judged, pictures: Mapping[str, str]) -> str:
    """The whole page; pictures are inline."""
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)
    return template.render(
        names=list(judged),
        header=header(judged),
        rows=cells(judged),
        verdict=verdict(next(iter(judged.values()))),
        pictures=[Markup(svg) for svg in pictures.values()],  # noqa: S704 - drawn by us; matplotlib escapes its labels
    )
