"""A basket's report as Markdown and as one HTML page with nothing to fetch: sentences, tables, pictures.

Text in, text out; text from outside is escaped. Reckons nothing and writes no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from msgspec import Struct

from router.basket.attribution import NameCost, total
from router.basket.causes import Causes, together
from router.tca.exact import exact_decimal
from router.tca.tables import Table, bps_text, money_text

SIGN: Final = "Positive is a cost, for buys and for sells."


class Picture(Struct, frozen=True):
    """A drawing (SVG, ours), the file it is kept in, and what it shows."""

    file: str
    svg: str
    caption: str


class Report(Struct, frozen=True, kw_only=True):
    """What is said, in this order."""

    title: str
    lead: tuple[str, ...]
    """A paragraph each."""
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...]
    links: Mapping[str, str] = {}
    """Files beside the report, by the text of the cells that lead to them."""


CAUSES_HEAD: Final = ("", "names", *Causes.__struct_fields__, "total", "bp")


def causes_row(title: str, costs: Sequence[NameCost], causes: Mapping[str, Causes]) -> tuple[str, ...]:
    """What some names cost together, by cause and in basis points of their orders; a row under `CAUSES_HEAD`."""
    parts, whole = together(causes[cost.symbol] for cost in costs), total(costs)
    money = (*(getattr(parts, name) for name in Causes.__struct_fields__), parts.total)
    return (title, str(whole.names), *(money_text(exact_decimal(each)) for each in money), bps_text(whole.bps))


def markdown(report: Report) -> str:
    """As a text beside its pictures."""
    lines = [f"# {report.title}", "", *(line for text in (*report.lead, SIGN) for line in (text, ""))]
    for picture in report.pictures:
        lines += [f"![{picture.caption}]({picture.file})", "", picture.caption, ""]
    for table in report.tables:
        lines += [f"## {table.title}", "", _row(table.header), _row(("---",) * len(table.header))]
        lines += [*(_row(tuple(_linked(cell, report.links) for cell in row)) for row in table.rows), ""]
    return "\n".join(lines)


def _linked(cell: str, links: Mapping[str, str]) -> str:
    return f"[{cell}]({links[cell]})" if cell in links else cell


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def html(report: Report) -> str:
    """As a page, pictures in it; printable."""
    css = files("router.tca").joinpath("templates", "report.css").read_text(encoding="utf-8")
    title = escape(report.title)
    lead = "".join(f'<p class="sub">{escape(text)}</p>\n' for text in (*report.lead, SIGN))
    figures = "".join(
        f'<section><figure class="scroll">{each.svg}<figcaption class="legend">{escape(each.caption)}</figcaption>'
        "</figure></section>\n"
        for each in report.pictures
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>\n{css}\nfigure {{ margin: 0; }} figure svg {{ max-width: 100%; height: auto; }}\n</style>\n</head>\n"
        f"<body>\n<header><h1>{title}</h1>\n{lead}</header>\n{figures}"
        f"{''.join(_table(table, report.links) for table in report.tables)}</body>\n</html>\n"
    )


def _table(table: Table, links: Mapping[str, str]) -> str:
    # A cell left empty says nothing of its column.
    columns = [[row[place] for row in table.rows if row[place]] for place in range(len(table.header))]
    numbers = [all(map(_is_number, column)) for column in columns]
    head = "".join(_cell("th", escape(text), is_number) for text, is_number in zip(table.header, numbers, strict=True))
    body = "".join(
        "<tr>"
        + "".join(_cell("td", _anchor(text, links), is_number) for text, is_number in zip(row, numbers, strict=True))
        + "</tr>\n"
        for row in table.rows
    )
    return (
        f'<section><h2>{escape(table.title)}</h2>\n<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div></section>\n"
    )


def _anchor(text: str, links: Mapping[str, str]) -> str:
    return f'<a href="{escape(links[text])}">{escape(text)}</a>' if text in links else escape(text)


def _cell(kind: str, markup: str, is_number: bool) -> str:
    return f'<{kind} class="n">{markup}</{kind}>' if is_number else f"<{kind}>{markup}</{kind}>"


def _is_number(text: str) -> bool:
    return text == "none" or text.replace(",", "").replace("%", "").replace(".", "").lstrip("-").isdigit()
