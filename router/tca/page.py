"""The report: one HTML page with nothing to fetch, from the analysis of a journal. Returns text; writes no file.

Shows, never reckons: every figure is `analysis`'s, with its unit. Text that a client sent is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from router.core.types import OrdStatus, Qty, Side, VenueKind
from router.tca.analysis import OrderAnalysis, analyse
from router.tca.costs import Cost
from router.tca.pictures import VENUE_COLOURS, price_picture, schedule_picture
from router.tca.record import OrderRecord
from router.tca.recorder import Recorder
from router.tca.tape import MarketTape

NOTHING: Final = "\N{EN DASH}"
MINUS: Final = "\N{MINUS SIGN}"
_SIDES: Final = {
    Side.BUY: "Buy",
    Side.SELL: "Sell",
    Side.SELL_SHORT: "Sell short",
    Side.SELL_SHORT_EXEMPT: "Sell short",
}
_STATUSES: Final = {
    OrdStatus.NEW: "New",
    OrdStatus.PARTIALLY_FILLED: "Partially filled",
    OrdStatus.FILLED: "Filled",
    OrdStatus.DONE_FOR_DAY: "Done for day",
    OrdStatus.CANCELED: "Canceled",
    OrdStatus.PENDING_CANCEL: "Pending cancel",
    OrdStatus.STOPPED: "Stopped",
    OrdStatus.REJECTED: "Rejected",
    OrdStatus.SUSPENDED: "Suspended",
    OrdStatus.PENDING_NEW: "Pending new",
    OrdStatus.EXPIRED: "Expired",
    OrdStatus.PENDING_REPLACE: "Pending replace",
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Totals(Struct, frozen=True):
    """All orders of one currency together; `arrival_money` and `traded` in that currency."""

    currency: str
    orders: int
    filled: Qty
    traded: float
    arrival_money: float
    arrival_bps: float | None
    fees: float


def render(recorder: Recorder) -> str:
    """The page for everything that `recorder` has seen."""
    orders = analyse(recorder)
    colours = venue_colours(recorder, orders)
    empty = MarketTape()
    pictures = {
        each.record.order_id: (
            Markup(schedule_picture(each, recorder.tapes.get(each.record.symbol, empty), recorder.at)),  # noqa: S704 - drawn by us; matplotlib escapes its labels
            Markup(price_picture(each, recorder.tapes.get(each.record.symbol, empty), recorder.at, colours)),  # noqa: S704 - as above
        )
        for each in orders
        if each.filled
    }
    genesis = recorder.genesis
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            orders=orders,
            pictures=pictures,
            colours={mic: number % VENUE_COLOURS for mic, number in colours.items()},
            totals=totals(orders),
            day=recorder.day,
            until=recorder.at,
            clients=sorted({each.record.client for each in orders}),
            market=genesis.market if genesis else "",
            instance=genesis.instance if genesis else "",
            kinds=tuple(VenueKind),
        )
    )


def venue_colours(recorder: Recorder, orders: Sequence[OrderAnalysis]) -> dict[str, int]:
    """A number for each venue, the same all over the page: configured venues in their order, then strangers."""
    configured = [venue.mic for venue in recorder.config.venues] if recorder.config else []
    used = dict.fromkeys(figures.venue for order in orders for figures in order.by_venue)
    known = [mic for mic in configured if mic in used]
    return {mic: number for number, mic in enumerate([*known, *(mic for mic in sorted(used) if mic not in known)])}


def totals(orders: Sequence[OrderAnalysis]) -> tuple[Totals, ...]:
    """One line for each currency: sums of money in different currencies are no figure."""
    currencies = dict.fromkeys(order.instrument.currency for order in orders)
    return tuple(_total(name, [each for each in orders if each.instrument.currency == name]) for name in currencies)


def _total(currency: str, orders: Sequence[OrderAnalysis]) -> Totals:
    measured = [each for each in orders if each.arrival is not None]
    cost = sum(money(each, each.arrival) or 0.0 for each in measured)
    base = sum(_worth(each, each.filled * each.arrival.benchmark) for each in measured if each.arrival is not None)
    return Totals(
        currency=currency,
        orders=len(orders),
        filled=sum(each.filled for each in orders),
        traded=sum(_worth(each, Fraction(each.record.notional)) for each in orders),
        arrival_money=cost,
        arrival_bps=cost / base * 10_000 if base else None,
        fees=sum(each.fees for each in orders) / 1_000_000,
    )


# --- how a figure is written


def money(order: OrderAnalysis, cost: Cost | None) -> float | None:
    """A cost in currency."""
    return None if cost is None else _worth(order, cost.quanta)


def _worth(order: OrderAnalysis, quanta: Fraction) -> float:
    return float(quanta * order.instrument.multiplier / order.instrument.price_scale)


def qty_text(qty: Qty | None) -> str:
    """`12,345`."""
    return NOTHING if qty is None else f"{qty:,}"


def px_text(px: Fraction | int | None, scale: int, digits: int = 4) -> str:
    """A price in quanta as currency, rounded half even at `digits`: `40.0125`."""
    if px is None:
        return NOTHING
    exact = Fraction(px) / scale
    return f"{Decimal(round(exact * 10**digits)).scaleb(-digits):,.{digits}f}"


def signed_text(value: float | None, digits: int = 2) -> str:
    """`+1.25`, `\N{MINUS SIGN}0.40`; plain zero where it rounds to that."""
    if value is None:
        return NOTHING
    text = f"{abs(value):,.{digits}f}"
    if not float(text.replace(",", "")):
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def share_text(share: float | None) -> str:
    """`12.3 %`."""
    return NOTHING if share is None else f"{share * 100:.1f} %"


def percent_text(share: float) -> str:
    """Whole percent without the sign; what is there but rounds to nothing is still there."""
    return "<1" if 0 < share < 0.005 else f"{share * 100:.0f}"


def clock_text(at: int | None) -> str:
    """Time of day, UTC, to the second."""
    return NOTHING if at is None else (_EPOCH + timedelta(microseconds=at // 1_000)).strftime("%H:%M:%S")


def day_text(day: str) -> str:
    """YYYYMMDD as a person writes it."""
    return f"{datetime.strptime(day, '%Y%m%d').replace(tzinfo=UTC):%-d %B %Y}" if day else "no trading date"


CURVE_DAYS_WANTED: Final = 20
"""A month, as `sluice curves` wants it: a median of fewer days may be one day's accident."""
CURVE_WORDS: Final = {
    "historical": "the symbol's own history",
    "pooled": "pooled, as the symbol has no history of its own",
    "uniform": "none: volume is taken to be even over the day",
    "custom": "the order's own",
}


def curve_text(record: OrderRecord) -> str:
    """Where a schedule's volume curve is from, and whether that is too little for a median."""
    words = CURVE_WORDS.get(record.curve, record.curve)
    days = record.curve_days
    return f"{words}, of {days} days only" if 0 < days < CURVE_DAYS_WANTED else words


def status_text(status: OrdStatus) -> str:
    """OrdStatus(39) in words."""
    return _STATUSES.get(status, status.name)


def side_text(side: Side) -> str:
    """Side(54) in words."""
    return _SIDES[side]


def tone(value: float | None) -> str:
    """CSS class of a cost: what is paid, what is gained."""
    if value is None or abs(value) < 0.005:
        return ""
    return "paid" if value > 0 else "gained"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("router.tca"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str | float | None]] = {
        "curve": curve_text,
        "qty": qty_text,
        "px": px_text,
        "signed": signed_text,
        "share": share_text,
        "percent": percent_text,
        "clock": clock_text,
        "day": day_text,
        "status": status_text,
        "side": side_text,
        "tone": tone,
        "money": money,
    }
    environment.filters.update(filters)
    return environment
