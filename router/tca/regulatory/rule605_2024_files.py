"""The two files of Rule 605 as amended in 2024: 605(a)(1), detailed, and 605(a)(2), the summary.

The detailed file is the joint plan's (Release 34-103939, Exhibit A): 55 fields between vertical bars. The summary is
that of the Commission's Order Execution Summary specification: 18 fields between commas. Both have a head line of field
names, records that end in a carriage return and a line feed, and at most six decimals, half away from nought, with no
zeros at the end. A percentage is a fraction of one, as the Commission's own renderer reads it. A field without data is
empty.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Final

from router.core.types import MILLISECOND
from router.tca.regulatory.rule605_2024 import Form2024, OrderType
from router.tca.regulatory.rule605_2024_lines import Key, Line, Report2024
from router.tca.regulatory.rule605_terms import Weighted

DETAILED: Final = (
    "DsgntParticipant", "RprtEntityCd", "RptDate", "Symbol", "LotSizeFlag", "OrderSize", "OrderType",
    "CvrdOrderCnt", "CvrdOrderSize", "CvrdOrderQty", "CvrdOrderCnclQty", "CvrdOrderExctdQty", "CvrdOrderExctdAwayQty",
    "CvrdOrderQtyto100microsec", "CvrdOrderQtyto1millisec", "CvrdOrderQtyto10millisec", "CvrdOrderQtyto1sec",
    "CvrdOrderQtyto10sec", "CvrdOrderQtyto30sec", "CvrdOrderQtyto5min", "CvrdOrderQtyOthr",
    "AvgRealSprd50millisec", "AvgRealSprdPct50millisec", "AvgRealSprd1sec", "AvgRealSprdPct1sec",
    "AvgRealSprd15sec", "AvgRealSprdPct15sec", "AvgRealSprd1min", "AvgRealSprdPct1min",
    "AvgRealSprd5min", "AvgRealSprdPct5min", "ExctdOrderMidPtAvg",
    "ExctdOrderAvgQuotSprd", "AvgEffctvSprd", "AvgEffctvSprdPct", "AvgEFQPct",
    "ExctdPIOrdersQty", "ExctdPIOrdWghtdAvgAmtPerShare", "ExctdPIOrdWghtdAvgTime",
    "ExctdOrderAtQuotQty", "ExctdAtQuotOrdWghtdAvgTime",
    "ExctdOrderOutQuotQty", "ExctdOutQuotOrdWghtdAvgAmt", "ExctdOutQuotOrdWghtdAvgTime",
    "ExctdPIOrderRltvBestPrQty", "ExctdPIOrderRltvBestPrWghtdAvg", "ExctdOrderAtBestPrQty",
    "ExctdOrderOutBestPrQty", "ExctdOrderOutBestPrWghtdAvgAmt",
    "ExctdOrderSizeBnchmrkQty", "ExctdSIOutsizedQty",
    "FilledOrderCnt", "RegExctdOrderQty", "RegExctdOrderOnXchngQty", "FilledOrderWghtdAvgTime",
)  # fmt: skip
"""Field names of the detailed report, as the plan has them."""
SUMMARY: Final = (
    "DsgntParticipant", "RprtEntityCd", "RptDate", "Sp500", "OrderSize", "OrderType",
    "AvgOrderQty", "AvgOrderSize", "ExctdOrderMidPtAvg", "PctExctdAtQuotOrBetter", "PctExctdPI", "WghtdAvgPctPI",
    "AvgEffctvSprdPct", "AvgPctQuotSprd", "AvgEFQPct", "AvgRealSprdPct15sec", "AvgRealSprdPct1min", "WghtdAvgExctnTime",
)  # fmt: skip
"""Field names of the summary report, as the Commission has them."""
_QUOTE_FIELDS, _MARKET_FIELDS = 19, 4
_END: Final = "\r\n"
_SUMMARY_TYPES: Final = {"M": OrderType.MARKET, "ML": OrderType.MARKETABLE_LIMIT}
_SUMMARY_REALIZED_MS: Final = (15_000, 60_000)


def file_stem(venue: str, month: str) -> str:
    """Of both files (`.txt`, `.csv`): the reporter's code and YYYYMM; here a venue's MIC is its code."""
    return f"{venue}{month}"


def detailed_text(report: Report2024, participant: str, venue: str, month: str) -> str:
    """605(a)(1) of one market centre's month."""
    rows = [
        (participant, *_key_fields(key), *_fields(key, line, report.form))
        for key, line in sorted(report.lines.items())
        if (key.venue, key.month) == (venue, month)
    ]
    return _END.join("|".join(row) for row in [DETAILED, *rows]) + _END


def summary_text(report: Report2024, participant: str, venue: str, month: str, members: Collection[str]) -> str:
    """605(a)(2) of one market centre's month; `members` are the symbols of the S&P 500 on the month's first day."""
    groups: dict[tuple[str, int, str], list[Line]] = {}
    for flag, code, size, line in _summarized(report, venue, month, members):
        groups.setdefault((flag, size, code), []).append(line)
    rows = [
        (participant, venue, month, flag, str(size), code, *map(_six, _summary(lines, report.form)))
        for (flag, size, code), lines in sorted(groups.items())
    ]
    return _END.join(",".join(row) for row in [SUMMARY, *rows]) + _END


def has_summary(report: Report2024) -> bool:
    """Whether any order is of a type that the summary counts: market or marketable limit, not immediate-or-cancel."""
    return any(OrderType(key.kind) in _SUMMARY_TYPES.values() for key in report.lines)


# --- the detailed report


def _key_fields(key: Key) -> tuple[str, ...]:
    return (key.venue, key.month, key.symbol, key.lot, str(key.size), key.kind)


def _fields(key: Key, line: Line, form: Form2024) -> Iterator[str]:
    """605(a)(1)(i), then (ii) and (iii), each empty for the types of which it is not kept."""
    kind, mid = OrderType(key.kind), _mid([line])
    yield from (str(line.orders), _six(line.worth))
    yield from map(str, (line.shares, line.canceled, line.executed_here, line.executed_away, *line.within))
    for place in range(len(form.realized_ms)):
        realized = _money([line], partial(_realized, place))
        yield from (_six(realized), _six(_ratio(realized, mid)))
    yield _six(mid)
    shows_best = form.best_displayed_from <= key.month
    yield from _quote_fields(line, mid, shows_best=shows_best) if kind.against_quote else [""] * _QUOTE_FIELDS
    yield from _market_fields(line) if kind.against_market else [""] * _MARKET_FIELDS


def _quote_fields(line: Line, mid: Fraction | None, *, shows_best: bool) -> list[str]:
    """605(a)(1)(ii). Our router's best is of any size shown, odd lots too: it is the best available displayed price."""
    quoted, effective = _money([line], lambda each: each.spread), _money([line], lambda each: each.effective)
    improved, outside = _money([line], lambda each: each.improved), _money([line], lambda each: each.outside)
    up, level, down = (str(part.shares) for part in (line.improved, line.at_quote_time, line.outside))
    best = [up, _six(improved), level, down, _six(outside)]
    return [
        *map(_six, (quoted, effective, _ratio(effective, mid), _ratio(effective, quoted))),
        *(up, _six(improved), _milliseconds(line.improved_time), level, _milliseconds(line.at_quote_time)),
        *(down, _six(outside), _milliseconds(line.outside_time)),
        *(best if shows_best else [""] * len(best)),
        *(str(line.benchmark), str(line.outsized)),
    ]


def _market_fields(line: Line) -> list[str]:
    """605(a)(1)(iii)."""
    counts = (line.filled_orders, line.market_shares, line.exchange_shares)
    return [*map(str, counts), _milliseconds(line.time)]


# --- the summary report


def _summarized(
    report: Report2024, venue: str, month: str, members: Collection[str]
) -> Iterator[tuple[str, str, int, Line]]:
    """Flag, type, size and sums of each line that the summary counts; each but the largest sizes a second time."""
    largest = max(report.form.sizes)
    for code, kind in _SUMMARY_TYPES.items():
        for key, line in sorted(report.lines.items()):
            if (key.venue, key.month, key.kind) == (venue, month, kind.value):
                flag = "Y" if key.symbol in members else "N"
                yield flag, code, key.size, line
                if key.size < largest:
                    yield flag, code, report.form.below_largest, line


def _summary(lines: Sequence[Line], form: Form2024) -> Iterator[Fraction | None]:
    """605(a)(2)(i) to (xii), of one line or several together."""
    orders = sum(line.orders for line in lines)
    executed = sum(line.effective.shares for line in lines)
    improved = sum(line.improved.shares for line in lines)
    at_quote = sum(line.at_quote_time.shares for line in lines)
    better = sum(Fraction(line.improved.total - line.outside.total, line.price_scale) for line in lines)
    mid = _mid(lines)
    quoted, effective = _money(lines, lambda line: line.spread), _money(lines, lambda line: line.effective)
    yield _ratio(sum(line.shares for line in lines), orders)
    yield _ratio(sum(line.worth for line in lines), orders)
    yield mid
    yield _ratio(improved + at_quote, executed)
    yield _ratio(improved, executed)
    yield None if mid is None else _ratio(better, mid * executed)
    yield from (_ratio(effective, mid), _ratio(quoted, mid), _ratio(effective, quoted))
    for later in _SUMMARY_REALIZED_MS:
        yield _ratio(_money(lines, partial(_realized, form.realized_ms.index(later))), mid)
    yield _ratio(sum(line.time.total for line in lines), sum(line.time.shares for line in lines) * MILLISECOND)


# --- numbers


def _realized(place: int, line: Line) -> Weighted:
    return line.realized[place]


def _money(lines: Sequence[Line], part: Callable[[Line], Weighted]) -> Fraction | None:
    """The share-weighted average of one sum over the lines, in currency a share; None of no share."""
    total = sum(Fraction(part(line).total, line.price_scale) for line in lines)
    return _ratio(total, sum(part(line).shares for line in lines))


def _mid(lines: Sequence[Line]) -> Fraction | None:
    """The share-weighted average midpoint in currency; None of no share."""
    twice = _money(lines, lambda line: line.mid2)
    return None if twice is None else twice / 2


def _ratio(above: Fraction | int | None, below: Fraction | int | None) -> Fraction | None:
    """None where either does not exist or `below` is nought."""
    return None if above is None or not below else Fraction(above) / below


def _milliseconds(of: Weighted) -> str:
    return _six(None if of.mean is None else of.mean / MILLISECOND)


def _six(value: Fraction | None) -> str:
    """At most six decimals, half away from nought, as the specification rounds; empty where there is no value."""
    if value is None:
        return ""
    millionths = int(abs(value) * 1_000_000 + Fraction(1, 2))
    shown = f"{Decimal(millionths).scaleb(-6):f}".rstrip("0").rstrip(".") if millionths else "0"
    return f"-{shown}" if value < 0 and millionths else shown
