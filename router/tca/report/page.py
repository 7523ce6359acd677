"""The TCA report as one HTML page with nothing to fetch: pictures, tables and words of each order. Writes no file.

Shows, never reckons: every figure is the report's, with its unit. Text that a client sent is escaped. The only script
sorts tables; its hash is the only one that the page's own policy lets run.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup
from msgspec import Struct

from router.core.types import Ns, OrdStatus
from router.tca.facts.case import Case
from router.tca.facts.record import OrderRecord
from router.tca.report.cost_pictures import frontier_picture, waterfall_picture
from router.tca.report.page_drawing import VENUE_COLOURS
from router.tca.report.page_parts import (
    DASH,
    SECTIONS_MOST,
    HeatMap,
    Sheet,
    Shown,
    chosen,
    fees_of,
    heat_map,
    kind_parts,
    shown,
    totals,
    venue_colours,
    venue_rows,
)
from router.tca.report.pictures import Levels, limit_in_view, price_picture, prices_seen, schedule_picture
from router.tca.report.tca_report import SIGN, BenchmarkLine, OrderDetails, PartLine, TcaReport
from router.tca.report.tca_text import assumptions, px_text, side_text, status_text, tables, time_text
from router.tca.report.tca_words import summary
from router.tca.report.venue_pictures import markout_picture
from router.tca.tables import NOTHING, bps_text, money_text, part_text
from router.tca.templating import environment

CURVE_DAYS_WANTED: Final = 20
"""A month, as `sluice curves` wants it: a median of fewer days may be one day's accident."""
CURVE_WORDS: Final = {
    "historical": "the symbol's own history",
    "pooled": "pooled, as the symbol has no history of its own",
    "uniform": "none: volume is taken to be even over the day",
    "custom": "the order's own",
}


class Heading(Struct, frozen=True):
    """What the page is of: trading dates (YYYYMMDD), and words on journals, clients and the like."""

    days: tuple[str, ...]
    words: tuple[str, ...]
    cut_short: tuple[str, ...] = ()
    """Journals whose outputs end before their inputs do, a line each."""


class IndexLine(Struct, frozen=True):
    """One order in the table of all; `linked` where it has a section."""

    order: OrderDetails
    linked: bool
    arrival_bps: float | None
    vwap_bps: float | None
    shortfall: PartLine
    score: float | None
    kinds: tuple[tuple[str, float], ...]


class View(Struct, frozen=True, kw_only=True):
    """One order's section; a picture that there is nothing for is empty."""

    report: TcaReport
    facts: tuple[str, ...]
    text: str
    words: str
    arrival: BenchmarkLine
    vwap: BenchmarkLine
    fees: Decimal
    waterfall: Markup
    frontier: Markup
    price: Markup
    limit_note: str
    schedule: Markup
    heat: HeatMap
    markouts: Markup
    tables: tuple[Shown, ...]
    assumed: tuple[str, ...]


def render(sheets: Sequence[Sheet], heading: Heading, sections: int = SECTIONS_MOST) -> str:
    """The page of some orders, of which at most `sections` in a currency have one of their own."""
    detailed = chosen(sheets, sections)
    linked = {sheet.order_id for sheet in detailed}
    colours = venue_colours([sheet.case for sheet in sheets])
    environment = _environment()
    script = _template_text(environment, "sort.js")
    return environment.get_template("tca.html.j2").render(
        heading=heading,
        sign=SIGN,
        dash=DASH,
        totals=totals([sheet.report for sheet in sheets]),
        index=[_index_line(sheet, linked=sheet.order_id in linked) for sheet in sheets],
        left_out=_left_out(len(sheets), len(detailed), sections),
        alone=len(sheets) == 1,
        views=(_view(sheet, colours) for sheet in detailed),
        colours={mic: number % VENUE_COLOURS for mic, number in colours.items()},
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}",
    )


def _left_out(orders: int, detailed: int, sections: int) -> str:
    if orders == detailed:
        return ""
    return (
        f"Of {orders:,} orders {detailed:,} have a section below: in each currency the {sections // 2} dearest and the "
        f"{sections // 2} cheapest, by shortfall in money. --parent ID shows any other."
    )


def _index_line(sheet: Sheet, *, linked: bool) -> IndexLine:
    report = sheet.report
    return IndexLine(
        order=report.order,
        linked=linked,
        arrival_bps=_benchmark(report, "arrival").bps,
        vwap_bps=_benchmark(report, "VWAP").bps,
        shortfall=report.shortfall.total,
        score=report.estimate.score.value if report.estimate.score else None,
        kinds=kind_parts(report),
    )


def _benchmark(report: TcaReport, name: str) -> BenchmarkLine:
    return next(line for line in report.benchmarks if line.name == name)


def _view(sheet: Sheet, colours: dict[str, int]) -> View:
    case, report = sheet.case, sheet.report
    order, rows = report.order, venue_rows(report)
    name, levels = order.order_id, _levels(report)
    worked = bool(order.cum_qty or case.record.children or case.record.busted)
    marked = any(each.markout_bps.value is not None for row in rows for each in row.horizons)
    return View(
        report=report,
        facts=tuple(_facts(case.record, order)),
        text=case.record.text,
        words=summary(report),
        arrival=_benchmark(report, "arrival"),
        vwap=_benchmark(report, "VWAP"),
        fees=fees_of(report),
        waterfall=_inside(bool(report.shortfall.total.money), lambda: waterfall_picture(name, report.shortfall)),
        frontier=_inside(report.estimate.outcome is not None, lambda: frontier_picture(name, report.estimate)),
        price=_inside(worked and prices_seen(case, levels) is not None, lambda: price_picture(case, levels, colours)),
        limit_note=_limit_note(case, levels),
        schedule=_inside(worked, lambda: schedule_picture(case)),
        heat=heat_map(report),
        markouts=_inside(marked, lambda: markout_picture(name, rows, colours)),
        tables=tuple(shown(table) for table in tables(report)),
        assumed=assumptions(report),
    )


def _inside(there: bool, draw: Callable[[], str]) -> Markup:
    return Markup(draw()) if there else Markup()  # noqa: S704 - drawn by us; the drawing escapes its texts


def _levels(report: TcaReport) -> Levels:
    order = report.order
    prices = (_benchmark(report, "arrival").px, _benchmark(report, "VWAP").px, order.avg_px, order.limit_px)
    return Levels(*(None if px is None else float(px) for px in prices))


def _limit_note(case: Case, levels: Levels) -> str:
    """A limit that the price picture leaves out."""
    seen = prices_seen(case, levels)
    if levels.limit is None or seen is None or limit_in_view(levels.limit, *seen):
        return ""
    return f"the limit, {levels.limit:,.2f}, lies outside the picture"


def _facts(record: OrderRecord, order: OrderDetails) -> Iterator[str]:
    yield f"ClOrdID(11) {order.cl_ord_id}"
    yield f"OrderID(37) {order.order_id}"
    yield order.client
    yield "no limit" if order.limit_px is None else f"limit {px_text(order.limit_px)} {order.currency}"
    if record.curve:
        yield f"volume curve: {curve_text(record)}"
    yield f"arrived {time_text(order.arrived_at)} UTC"
    yield order.reasons.get("ended_at", "still open") if order.ended_at is None else _ended(order.ended_at)
    if len(record.quantities) > 1:
        yield "OrderQty(38) " + " \N{RIGHTWARDS ARROW} ".join(f"{qty:,}" for _, qty in record.quantities)
    if record.refused_at_gate:
        yield f"{record.refused_at_gate:,} children refused at the last risk gate"


def _ended(at: Ns) -> str:
    return f"ended {time_text(at)} UTC"


# --- how a figure is written


def curve_text(record: OrderRecord) -> str:
    """Where a schedule's volume curve is from, and whether that is too little for a median."""
    words = CURVE_WORDS.get(record.curve, record.curve)
    days = record.curve_days
    return f"{words}, of {days} days only" if 0 < days < CURVE_DAYS_WANTED else words


def percent_text(share: float) -> str:
    """Whole percent without the sign; what is there but rounds to nothing is still there."""
    return "<1" if 0 < share < 0.005 else f"{share * 100:.0f}"


def tone(value: float | Decimal | None) -> str:
    """CSS class of a cost: what is paid, what is gained; what prints as nothing is neither."""
    figure = 0.0 if value is None else float(value)
    if abs(figure) < 0.005:
        return ""
    return "paid" if figure > 0 else "gained"


def _dashed(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """As `write`, with a dash for what is not there."""

    def written(value: object) -> str:
        text = write(value)
        return DASH if text == NOTHING else text

    return written


def _status(status: OrdStatus) -> str:
    return status_text(status).capitalize()


def _template_text(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0].rstrip()


@cache
def _environment() -> Environment:
    """Compiled once: a basket has a page a name."""
    templates = environment()
    filters: dict[str, Callable[..., str]] = {
        "bps": _dashed(bps_text),
        "money": _dashed(money_text),
        "px": _dashed(px_text),
        "share": _dashed(part_text),
        "percent": percent_text,
        "side": side_text,
        "status": _status,
        "tone": tone,
    }
    templates.filters.update(filters)
    return templates
