"""What the report's page shows of each order, ready to be written: tables with their classes, heat map, index, totals.

Shows, never reckons, but for sums over orders of one currency. Knows no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from router.core.types import Qty, VenueKind
from router.tca.facts.case import Case
from router.tca.report.tca_report import TcaReport
from router.tca.tables import NOTHING, Table, bps_text, part_text
from router.tca.venues.attribution import By
from router.tca.venues.attribution_rows import AttributionRow, HorizonRow

DASH: Final = "\N{EN DASH}"
SECTIONS_MOST: Final = 24
"""Orders that have sections of their own on one page; of more, half of them are the dearest and half the cheapest."""
_FIGURE: Final = re.compile(r"(below )?[-+]?[\d,]+(\.\d+)?( ?%)?( s)?( to [-+]?[\d,]+(\.\d+)?)?")
_BREAKING: Final = {"note": "note", "what it is": "note", "unit": "unit"}
"""Columns of words that may break, by their class."""
_COLUMNS_HALF: Final = 5
_ROWS_HALF: Final = 10
_NOTE_HALF: Final = 44
"""Columns, rows and letters of a note that half a page is wide enough for."""
_SHADE_MOST: Final = 42
"""Percent of colour behind the largest figure of a column: text is still dark on it."""


class Sheet(Struct, frozen=True):
    """One order: what was recorded, and the report of it."""

    case: Case
    report: TcaReport

    @property
    def order_id(self) -> str:
        return self.report.order.order_id


class Shown(Struct, frozen=True):
    """A table for a page: cells as (text, class), the total apart."""

    title: str
    header: tuple[tuple[str, str], ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    foot: tuple[tuple[tuple[str, str], ...], ...]

    @property
    def broad(self) -> bool:
        """Too many columns to stand beside another, or nearly, with many rows or long notes."""
        columns, notes = len(self.header), (text for row in self.rows for text, kind in row if kind == "note")
        full = len(self.rows) > _ROWS_HALF or any(len(note) > _NOTE_HALF for note in notes)
        return columns > _COLUMNS_HALF or (columns == _COLUMNS_HALF and full)


def shown(table: Table) -> Shown:
    """Columns of figures stand to the right, notes may break; what is none is a dash, its reason beside it."""
    columns = [_class(table, place) for place in range(len(table.header))]
    rows = tuple(
        tuple((DASH if cell == NOTHING else cell, columns[n]) for n, cell in enumerate(row)) for row in table.rows
    )
    totals = [place for place, row in enumerate(table.rows) if row[0] == "total"]
    split = totals[0] if totals == [len(rows) - 1] else len(rows)
    return Shown(table.title, tuple(zip(table.header, columns, strict=True)), rows[:split], rows[split:])


def _class(table: Table, place: int) -> str:
    if table.header[place] in _BREAKING:
        return _BREAKING[table.header[place]]
    cells = [row[place] for row in table.rows]
    return "n" if place and cells and all(cell in {"", NOTHING} or _FIGURE.fullmatch(cell) for cell in cells) else ""


# --- venues


class Heat(Struct, frozen=True):
    """One figure of the heat map: its text, and the colour behind it (a CSS variable, percent of it)."""

    text: str
    variable: str
    shade: int


class HeatRow(Struct, frozen=True):
    """One venue's figures."""

    venue: str
    cells: tuple[Heat, ...]


class HeatMap(Struct, frozen=True):
    """Venues by measures; a column is shaded by its own largest figure."""

    header: tuple[str, ...]
    rows: tuple[HeatRow, ...]


def venue_rows(report: TcaReport) -> tuple[AttributionRow, ...]:
    """The venues that filled something."""
    section = next(each for each in report.attribution if each.by is By.VENUE)
    return tuple(row for row in section.rows[:-1] if row.shares)


def heat_map(report: TcaReport) -> HeatMap:
    """How each venue filled, what it cost, and what the market did after."""
    rows = venue_rows(report)
    columns = list(_measures(rows)) if rows else []
    shaded = [_shaded(values, kind) for _, kind, values in columns]
    return HeatMap(
        header=tuple(name for name, _, _ in columns),
        rows=tuple(HeatRow(row.group, tuple(column[n] for column in shaded)) for n, row in enumerate(rows)),
    )


def _measures(rows: Sequence[AttributionRow]) -> Iterator[tuple[str, str, list[float | None]]]:
    """(name, part or cost, figure of each venue)."""
    yield "of shares, %", "part", [row.part for row in rows]
    yield "fill rate, %", "part", [row.orders.fill_rate_shares if row.orders else None for row in rows]
    yield "effective spread, bps", "cost", [row.effective_bps for row in rows]
    yield "fees, bps", "cost", [row.net_fees_bps for row in rows]
    for place, horizon in enumerate(rows[0].horizons):
        after = f"{horizon.horizon_s:g} s"
        yield f"markout {after}, bps", "cost", [_markout(row.horizons[place]) for row in rows]


def _markout(row: HorizonRow) -> float | None:
    return row.markout_bps.value


def _shaded(values: Sequence[float | None], kind: str) -> list[Heat]:
    most = 1.0 if kind == "part" else max((abs(value) for value in values if value is not None), default=0.0)
    return [_heat(value, kind, most) for value in values]


def _heat(value: float | None, kind: str, most: float) -> Heat:
    if value is None:
        return Heat(DASH, "--grid", 0)
    shade = round(_SHADE_MOST * min(1.0, abs(value) / most)) if most else 0
    if kind == "part":
        return Heat(part_text(value), "--fill", shade)
    return Heat(bps_text(value), "--paid" if value > 0 else "--gained", shade)


def kind_parts(report: TcaReport) -> tuple[tuple[str, float], ...]:
    """(kind of venue, part of the shares filled there), every kind."""
    section = next(each for each in report.attribution if each.by is By.KIND)
    parts = {row.group: row.part or 0.0 for row in section.rows[:-1]}
    return tuple((kind.value, parts.get(kind.value, 0.0)) for kind in VenueKind)


def venue_colours(cases: Sequence[Case]) -> dict[str, int]:
    """A number for each venue, the same all over the page: configured venues in their order, then strangers."""
    configured = dict.fromkeys(mic for case in cases for mic in case.venues)
    used = dict.fromkeys(fill.venue for case in cases for fill in case.fills)
    known = [mic for mic in configured if mic in used]
    return {mic: number for number, mic in enumerate([*known, *sorted(mic for mic in used if mic not in configured)])}


# --- many orders


class Totals(Struct, frozen=True):
    """All orders of one currency together, money in it; basis points of what they are against, None of nothing."""

    currency: str
    orders: int
    filled: Qty
    traded: Decimal
    arrival_money: Decimal
    arrival_bps: float | None
    shortfall: Decimal
    shortfall_bps: float | None
    unmeasured: int
    """Orders without a shortfall, which are in no sum of costs."""
    fees: Decimal


def totals(reports: Sequence[TcaReport]) -> tuple[Totals, ...]:
    """One for each currency: sums of money in different currencies are no figure."""
    by_currency: dict[str, list[TcaReport]] = {}
    for report in reports:
        by_currency.setdefault(report.order.currency, []).append(report)
    return tuple(_total(currency, held) for currency, held in by_currency.items())


def _total(currency: str, reports: Sequence[TcaReport]) -> Totals:
    arrivals = [line for report in reports for line in report.benchmarks if line.name == "arrival"]
    # What was paid less what it cost is what it was worth at arrival, for a sell the other way round.
    pairs = [
        (line.money, report.order.traded - report.order.side.sign * line.money)
        for line, report in zip(arrivals, reports, strict=True)
        if line.money is not None
    ]
    measured = [each.shortfall for each in reports if each.shortfall.total.money is not None]
    cost, base = sum(money for money, _ in pairs), sum(worth for _, worth in pairs)
    lost = sum(each.total.money for each in measured if each.total.money is not None)
    paper = sum(each.paper for each in measured if each.paper is not None)
    return Totals(
        currency=currency,
        orders=len(reports),
        filled=sum(each.order.cum_qty for each in reports),
        traded=sum((each.order.traded for each in reports), Decimal(0)),
        arrival_money=Decimal(cost),
        arrival_bps=float(cost / base) * 10_000 if base else None,
        shortfall=Decimal(lost),
        shortfall_bps=float(lost / paper) * 10_000 if paper else None,
        unmeasured=len(reports) - len(measured),
        fees=sum((fees_of(each) for each in reports), Decimal(0)),
    )


def fees_of(report: TcaReport) -> Decimal:
    """Fees less rebates."""
    return next(part.money for part in report.shortfall.parts if part.name == "fees") or Decimal(0)


def chosen(sheets: Sequence[Sheet], most: int = SECTIONS_MOST) -> tuple[Sheet, ...]:
    """Those with a section of their own: all; of more than `most`, in each currency the dearest and the cheapest.

    By shortfall in money; orders that have none come last.
    """
    if len(sheets) <= most:
        return tuple(sheets)
    kept: set[str] = set()
    for held in _by_currency(sheets).values():
        ranked = sorted(held, key=lambda sheet: (sheet.report.shortfall.total.money or Decimal(0), sheet.order_id))
        kept |= {sheet.order_id for sheet in (*ranked[: most // 2], *ranked[-(most // 2) :])}
    return tuple(sheet for sheet in sheets if sheet.order_id in kept)


def _by_currency(sheets: Sequence[Sheet]) -> Mapping[str, list[Sheet]]:
    found: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        if sheet.report.shortfall.total.money is not None:
            found.setdefault(sheet.report.order.currency, []).append(sheet)
    return found
