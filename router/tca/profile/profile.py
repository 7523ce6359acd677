"""What an analyst knows of an instrument before trading it: price, volume, volatility, spread, curves, and whence.

Measured from files, or given by hand; a figure that could not be measured is None, and `missing` says why. Knows no
file and no order.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

Positive: TypeAlias = Annotated[float, Meta(gt=0)]
NotNegative: TypeAlias = Annotated[float, Meta(ge=0)]


class SymbolProfile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One instrument as of a date. Volumes in shares, prices in the currency, volatilities as parts of the price."""

    symbol: str
    currency: str = "USD"
    as_of: str
    """The last trading date that it was measured from, YYYYMMDD."""
    days: int
    """Trading dates that it was measured from; 0: given by hand."""
    price: Positive
    """The last price of the last date."""
    adv: Positive | None = None
    """Average daily volume: the mean of the dates' volumes, auctions in, shares."""
    adv_median: Positive | None = None
    sigma_daily: Positive | None = None
    """Standard deviation of close-to-close log returns."""
    sigma_intraday: Positive | None = None
    """Open to close: the root of the mean date's sum of squared five-minute log returns."""
    spread: NotNegative | None = None
    """Quoted spread of the national best, weighted by time, uncrossed and unlocked moments only, in the currency."""
    curve: tuple[NotNegative, ...] = ()
    """The continuous session's volume in equal bins, open to close: each bin's part, summing to 1."""
    volatility_curve: tuple[NotNegative, ...] = ()
    """The session's variance in the same bins, summing to 1."""
    open_auction: NotNegative | None = None
    """The opening auction's part of a date's volume, 0 to 1."""
    close_auction: NotNegative | None = None
    autocorrelation: tuple[float, ...] = ()
    """Of five-minute log returns, lags 1, 2, ..."""
    sources: tuple[tuple[str, str], ...] = ()
    """(name, SHA-256) of each file that it was measured from."""
    missing: dict[str, str] = {}
    """Why a field has no figure, by the field's name."""
    notes: tuple[str, ...] = ()
    """What was assumed or left out: a pooled curve, dates apart, nights taken for splits, thin samples."""
