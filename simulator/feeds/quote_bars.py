"""LEAN quote bars: open, high, low and close of the national best bid and ask by bar. Reads, and knows no book.

`SYMBOL,YYYYMMDD,ms,bid open,high,low,close,size,ask open,high,low,close,size`, New York, prices x 10^4; a side that was
not there has blank prices. A bar's time is its start. Between its ends a bar does not say which bid stood beside which
ask, so its high and low tell no spread and are not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from router.api import MILLISECOND, Ns, Px
from simulator.feeds.ohlc import ms_of_day
from simulator.feeds.text import FeedError, lines, midnight, parse_day

_FIELDS: Final = 13


class QuoteBar(NamedTuple):
    """The national best at both ends of a bar, 10^-4; 0 where a side was not there. `day` is the New York date."""

    symbol: str
    day: str
    at: Ns
    bid_open: Px
    ask_open: Px
    bid_close: Px
    ask_close: Px


def is_quote_bar_file(path: Path) -> bool:
    """Whether the first line has a quote bar's fields."""
    return next(lines(path), "").count(",") + 1 == _FIELDS


def read_quote_bars(path: Path) -> Iterator[QuoteBar]:
    """Every bar of a file, in its order; FeedError names file, line and text of a bad row."""
    starts: dict[str, Ns] = {}
    for number, line in enumerate(lines(path), 1):
        try:
            symbol, day, ms, *rest = line.split(",")
            bid, ask = _side(rest[:5]), _side(rest[5:])
            if day not in starts:
                starts[day] = midnight(parse_day(day))
            yield QuoteBar(symbol, day, starts[day] + ms_of_day(ms) * MILLISECOND, bid[0], ask[0], bid[1], ask[1])
        except ValueError as error:
            raise FeedError(path, number, f"not a LEAN quote bar ({error}): {line!r}") from None


def _side(fields: Sequence[str]) -> tuple[Px, Px]:
    """Open and close of a side."""
    *prices, _ = fields
    if prices == [""] * 4:
        return 0, 0
    opened, high, low, close = map(int, prices)
    if not 0 < low <= min(opened, close) <= max(opened, close) <= high:
        raise ValueError("open and close lie between low and high, and above 0")
    return opened, close
