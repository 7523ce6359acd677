"""LEAN factor files: how dividends and splits scale the prices and shares of earlier dates. Reads, and scales nothing.

A row is a date and the two factors in force up to it, included: `date,price_factor,split_factor[,reference_price]` with
a file a symbol (the file name's first word), or the same after a `symbol` column with a header. A symbol that has had
several companies writes the earlier ones `SYMBOL.1`: they are other companies here, too.
"""

from __future__ import annotations

import re
from math import isfinite
from pathlib import Path
from typing import Final, NamedTuple

from simulator.feeds.text import FeedError, lines, parse_day

HEADER: Final = "symbol,date,price_factor,split_factor,reference_price"


class FactorRow(NamedTuple):
    """Up to `day` (YYYYMMDD, included): price x `price` x `split` is today's price, shares / `split` today's shares."""

    day: str
    price: float
    split: float


def is_factor_file(path: Path) -> bool:
    """Whether the first line is the header of the form with a symbol column."""
    return next(lines(path), "") == HEADER


def read_factors(path: Path, symbol: str) -> list[FactorRow]:
    """The symbol's rows in order of date, none where the file has none; FeedError names a row that is no factor."""
    found, combined = [], is_factor_file(path)
    if not combined and re.split(r"[_.]", path.name, maxsplit=1)[0].upper() != symbol:
        return []
    for number, line in enumerate(lines(path), 1):
        if combined and number == 1:
            continue
        try:
            fields = line.split(",")
            name, day, price, split = fields[:4] if combined else (symbol, *fields[:3])
            row = FactorRow(f"{parse_day(day):%Y%m%d}", float(price), float(split))
        except ValueError as error:
            raise FeedError(path, number, f"not a row of factors ({error}): {line!r}") from None
        if not (isfinite(row.price) and isfinite(row.split) and row.price > 0 and row.split > 0):
            raise FeedError(path, number, f"factors are above 0: {line!r}")
        if name == symbol:
            found.append(row)
    return sorted(found)
