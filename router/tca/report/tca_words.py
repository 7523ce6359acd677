"""One order's report as a few sentences: what was done and how, what it cost, and what it should have cost.

Reckons nothing. Money to the cent, basis points to two places.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from router.core.types import SECOND, Ns
from router.tca.report.tca_report import BenchmarkLine, OrderDetails, TcaReport
from router.tca.report.tca_text import px_text
from router.tca.tables import bps_text, interval_text, money_text, part_text


def summary(report: TcaReport) -> str:
    """The sentences."""
    return " ".join(_sentences(report))


def _sentences(report: TcaReport) -> Iterator[str]:
    order = report.order
    yield _done(order)
    if order.ended_at is None:
        ends = order.reasons.get("ended_at", "still open")
        yield f"It is {ends}."
    if not order.cum_qty:
        if report.shortfall.total.money is not None:
            missed = ", all of it missed," if order.ended_at is not None else " so far, of shares yet to be filled,"
            yield f"The shortfall{missed} is {_total(report)}."
        return
    yield _against_arrival(report)
    if report.shortfall.total.money is not None:
        yield f"The shortfall is {_total(report)}{_largest(report)}."
    yield from _against_estimate(report)


def _done(order: OrderDetails) -> str:
    verb = "Bought" if order.side.is_buy else "Sold"
    size = "" if order.adv_part is None else f" ({part_text(order.adv_part)} of average daily volume)"
    how = f" by {order.algorithm}" if order.algorithm else ""
    if not order.cum_qty:
        side = "buy" if order.side.is_buy else "sell"
        shares = f"of the {order.order_qty:,} shares of {order.symbol} to {side}{size}{how}"
        if order.busted:
            trades = "its one trade was" if order.busted == 1 else f"its {order.busted:,} trades were"
            return f"Nothing {shares} is filled any more: {trades} taken back."
        return f"Nothing was filled {shares}."
    took = "" if order.ended_at is None else _took(order.ended_at - order.start)
    part = "" if order.participation is None else f", {part_text(order.participation)} of the volume"
    return (
        f"{verb} {order.cum_qty:,} of {order.order_qty:,} shares of {order.symbol}{size}{how}{took}, "
        f"at {px_text(order.avg_px)} {order.currency}{part}."
    )


def _took(length: Ns) -> str:
    return f" in {duration(length)}" if length > 0 else " at once"


def _against_arrival(report: TcaReport) -> str:
    line, vwap = (_benchmark(report, name) for name in ("arrival", "VWAP"))
    beside = "" if vwap.bps is None else f", {_cost(vwap.bps)} against the interval's VWAP"
    if line.bps is None or line.money is None:
        return f"There is no cost against arrival: {line.reason}{beside}."
    return (
        f"Against the midpoint at arrival, {px_text(line.px)}, that is {_cost(line.bps)} "
        f"({money_text(abs(line.money))} {report.order.currency}){beside}."
    )


def _against_estimate(report: TcaReport) -> Iterator[str]:
    estimate = report.estimate
    if estimate.outcome is None or estimate.realised is None:
        return
    low, high = estimate.outcome.low, estimate.outcome.high
    inside = "inside" if low <= estimate.realised.value <= high else "outside"
    yield (
        f"Expected at arrival, with fees, was {_cost(estimate.outcome.value)} (95 % of such orders: "
        f"{interval_text(low, high)} bps); it came to {_cost(estimate.realised.value)}, {inside} that interval."
    )


def _benchmark(report: TcaReport, name: str) -> BenchmarkLine:
    return next(line for line in report.benchmarks if line.name == name)


def _cost(bps: float) -> str:
    """`a cost of 3.20 bps`, `a gain of 0.40 bps`; what rounds to nothing is neither."""
    text = bps_text(abs(bps))
    if not float(text.replace(",", "")):
        return "no cost"
    return f"a {'cost' if bps > 0 else 'gain'} of {text} bps"


def _total(report: TcaReport) -> str:
    total = report.shortfall.total
    return f"{money_text(total.money)} {report.order.currency}, {bps_text(total.bps)} bps of the paper portfolio"


def _largest(report: TcaReport) -> str:
    """The part that says most of the total."""
    parts = [part for part in report.shortfall.parts if part.money]
    if not parts:
        return ""
    most = max(parts, key=lambda part: abs(part.money or Decimal(0)))
    return f", most of it {most.name} ({money_text(most.money)})"


def duration(length: Ns) -> str:
    """`2 h 5 min`, `16 min 47 s`, `3.2 s`."""
    seconds = length / SECOND
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
