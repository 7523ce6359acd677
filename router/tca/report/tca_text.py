"""The TCA report in words: tables of text, the same for a terminal and for Markdown. Reckons nothing.

Money is printed to the cent and basis points to two places, half to even; the JSON has them whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from router.core.types import SECOND, Ns, OrdStatus, Side
from router.tca.report.attribution_text import attribution_tables, guessing_table
from router.tca.report.beside_text import estimate_tables, leakage_tables, peers_table
from router.tca.report.tca_report import (
    NO_MODELS,
    NO_UNIVERSE,
    BenchmarkLine,
    DateLine,
    EstimateLine,
    OrderDetails,
    PartLine,
    Reference,
    ReversionLine,
    TcaReport,
)
from router.tca.tables import NOTHING, Table, bps_text, interval_text, money_text, part_text

_SIDES: Final = {
    Side.BUY: "Buy",
    Side.SELL: "Sell",
    Side.SELL_SHORT: "Sell short",
    Side.SELL_SHORT_EXEMPT: "Sell short",
}


def title(report: TcaReport) -> str:
    """The order in one line."""
    order = report.order
    return f"{side_text(order.side)} {order.order_qty:,} {order.symbol}, {order.cl_ord_id} ({order.order_id})"


def tables(report: TcaReport) -> Iterator[Table]:
    """Every section of one report that was asked for."""
    money = report.order.currency
    yield Table("Order", ("what", "value", "unit", "note"), tuple(_order_rows(report.order)))
    yield Table("Reference prices", ("price", money, "at, UTC", "what it is"), tuple(_reference_rows(report)))
    yield Table(
        "Implementation shortfall",
        ("part", money, "bps of paper", "note"),
        tuple(_part_row(part) for part in (*report.shortfall.parts, report.shortfall.total)),
    )
    yield Table(
        "Date by date",
        (
            "date",
            "filled",
            "left",
            f"start, {money}",
            f"AvgPx, {money}",
            f"VWAP, {money}",
            "cost, bps",
            f"end, {money}",
            "part of volume",
            f"night, {money}",
            f"traded, {money}",
            f"carried, {money}",
            f"fees, {money}",
        ),
        tuple(_date_rows(report.dates)),
    )
    yield Table(
        "Benchmarks",
        ("benchmark", f"price, {money}", "cost, bps", f"cost, {money}", "note"),
        tuple(_benchmark_row(line) for line in report.benchmarks),
    )
    yield Table(
        "Reversion after the last fill",
        ("after", f"midpoint, {money}", "back, bps", "95 % interval", f"back, {money}", "note"),
        tuple(_reversion_row(line) for line in report.reversion),
    )
    header = ("figure", "value", "95 % interval", "unit", "note")
    impact = (report.impact.volatility, *report.impact.estimates)
    yield Table("Impact", header, tuple(_estimate_row(line) for line in impact))
    yield Table(
        "Decay: midpoint against the release", header, tuple(_estimate_row(line) for line in report.impact.curve)
    )
    yield Table("Timing risk", header, tuple(_estimate_row(line) for line in report.timing_risk))
    yield from attribution_tables(report.attribution)
    yield guessing_table(report.guessing)
    yield from leakage_tables(report.leakage)
    if report.estimate.reason != NO_MODELS:
        yield from estimate_tables(report.estimate)
    if report.peers.reason != NO_UNIVERSE:
        yield peers_table(report.peers)


def assumptions(report: TcaReport) -> tuple[str, ...]:
    """What the report and its estimate assumed."""
    return (*report.notes, *(f"The estimate: {each}." for each in report.estimate.assumed))


def markdown(reports: Sequence[TcaReport], cut_short: Sequence[str] = ()) -> str:
    """All reports as one Markdown text; the sign is said with each order. First the lines on journals cut short."""
    first = [f"> {_cell(line)}\n" for line in cut_short]
    return "\n".join([*first, *(line for report in reports for line in _markdown(report))])


def _markdown(report: TcaReport) -> Iterator[str]:
    yield f"# TCA: {_cell(title(report))}\n"
    yield f"{report.sign}\n"
    for table in tables(report):
        if not table.rows:
            continue
        yield f"## {table.title}\n"
        yield _row(table.header)
        yield _row(tuple("---" for _ in table.header))
        yield from (_row(row) for row in table.rows)
        yield ""
    assumed = assumptions(report)
    if assumed:
        yield "## Assumed\n"
        yield from (f"- {_cell(note)}" for note in assumed)
        yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Text that a client may have sent, as text: no column, line, tag or link of its own."""
    escaped = "".join(f"\\{letter}" if letter in "\\|`*_[]" else letter for letter in " ".join(text.split()))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# --- rows


def _order_rows(order: OrderDetails) -> Iterator[tuple[str, ...]]:
    reasons = order.reasons
    yield "OrderQty(38)", f"{order.order_qty:,}", "shares", ""
    yield "CumQty(14)", f"{order.cum_qty:,}", "shares", ""
    yield "AvgPx(6)", px_text(order.avg_px), order.currency, reasons.get("avg_px", "")
    yield "AvgPx x CumQty", money_text(order.traded), order.currency, ""
    yield "Price(44)", px_text(order.limit_px), order.currency, reasons.get("limit_px", "")
    yield "OrdStatus(39)", order.ord_status.value, "", status_text(order.ord_status)
    yield "algorithm", order.algorithm or NOTHING, "", ""
    yield "TransactTime(60)", time_text(order.transact_time), "UTC", reasons.get("transact_time", "")
    yield "arrival", time_text(order.arrived_at), "UTC", ""
    yield "release", time_text(max(order.arrived_at, order.start)), "UTC", ""
    yield "end", time_text(order.ended_at), "UTC", reasons.get("ended_at", "")
    yield "known until", time_text(order.as_of), "UTC", ""
    yield "dates", " ".join(order.days) or NOTHING, "", ""
    yield "participation", part_text(order.participation), "of eligible volume", reasons.get("participation", "")
    yield "size", part_text(order.adv_part), "of ADV", reasons.get("adv_part", "")
    yield "fills, taken back, children", f"{order.fills:,}, {order.busted:,}, {order.children:,}", "count", ""


def _reference_rows(report: TcaReport) -> Iterator[tuple[str, ...]]:
    costs = report.shortfall
    yield _reference_row("decision", costs.decision)
    yield _reference_row("release", costs.release)
    yield _reference_row("value of what was left", costs.end)


def _reference_row(name: str, reference: Reference) -> tuple[str, ...]:
    return name, px_text(reference.px), time_text(reference.at), reference.basis or reference.reason


def _part_row(part: PartLine) -> tuple[str, ...]:
    return part.name, money_text(part.money), bps_text(part.bps), part.reason


def _date_rows(lines: Sequence[DateLine]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        yield (
            line.day,
            f"{line.filled:,}",
            f"{line.left:,}",
            px_text(line.start.px),
            px_text(line.avg_px),
            px_text(line.vwap_px),
            bps_text(line.vwap_bps),
            px_text(line.end.px),
            part_text(line.participation),
            money_text(line.night),
            money_text(line.traded),
            money_text(line.carried),
            money_text(line.fees),
        )


def _benchmark_row(line: BenchmarkLine) -> tuple[str, ...]:
    note = "; ".join(text for text in (line.basis, line.reason) if text)
    return line.name, px_text(line.px), bps_text(line.bps), money_text(line.money), note


def _reversion_row(line: ReversionLine) -> tuple[str, ...]:
    move = line.move
    figures = px_text(line.px), bps_text(move.value), _interval(move), money_text(line.money)
    return line.name, *figures, line.reason or move.note


def _estimate_row(line: EstimateLine) -> tuple[str, ...]:
    return line.name, bps_text(line.value), _interval(line), line.unit, line.note


# --- how a figure is written


def px_text(px: Decimal | None) -> str:
    """A price with two decimals at least and six at most."""
    if px is None:
        return NOTHING
    whole, _, places = f"{px:,.6f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"


def time_text(at: Ns | None) -> str:
    """A time to the millisecond, UTC."""
    if at is None:
        return NOTHING
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%d %H:%M:%S}.{at % SECOND // 1_000_000:03d}"


def _interval(line: EstimateLine) -> str:
    return interval_text(line.low, line.high)


def side_text(side: Side) -> str:
    """Side(54) in words."""
    return _SIDES[side]


def status_text(status: OrdStatus) -> str:
    """OrdStatus(39) in words."""
    return status.name.replace("_", " ").lower()
