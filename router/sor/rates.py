"""How fast each venue trades: exponentially weighted shares a second, by side, from public prints only.

Bias: a burst looks like a rate; its weight halves in 0.69 windows. Knows no order of ours.
"""

from __future__ import annotations

from math import exp
from typing import Final

from router.core.events import TradePrint
from router.core.types import SECOND, Ns, PrintKind

SHARES_PER_WINDOW_PRIOR: Final = 1
"""What every venue is taken to trade in a window besides what was seen: in silence, at like fees, the
shorter queue wins."""


class _Rate:
    __slots__ = ("at", "ns")

    def __init__(self, at: Ns) -> None:
        self.at = at
        self.ns = 0.0
        """Shares a nanosecond at `at`."""


class TradeRates:
    """Rates by (symbol, venue, side hit). `window_ns` is the time constant of the weights."""

    __slots__ = ("_rates", "_window_ns")

    def __init__(self, window_ns: Ns) -> None:
        assert window_ns > 0, window_ns
        self._window_ns = window_ns
        self._rates: dict[tuple[str, str, bool], _Rate] = {}

    def on_print(self, at: Ns, trade: TradePrint) -> None:
        """Count a regular print for the side that it hit; where the aggressor is unknown, half for each."""
        if trade.kind is not PrintKind.REGULAR:
            return
        if trade.aggressor_is_buy is None:
            self._add(at, trade, bid_hit=True, qty=trade.qty / 2)
            self._add(at, trade, bid_hit=False, qty=trade.qty / 2)
        else:
            self._add(at, trade, bid_hit=not trade.aggressor_is_buy, qty=trade.qty)

    def per_second(self, now: Ns, symbol: str, mic: str, *, bid_hit: bool) -> float:
        """Shares a second traded against the venue's bids (`bid_hit`) or asks, as known at `now`."""
        rate = self._rates.get((symbol, mic, bid_hit))
        if rate is None:
            return 0.0
        return rate.ns * exp((rate.at - now) / self._window_ns) * SECOND

    def expected(self, now: Ns, symbol: str, mic: str, *, bid_hit: bool) -> float:
        """`per_second` for a look ahead: never 0, by `SHARES_PER_WINDOW_PRIOR`."""
        return self.per_second(now, symbol, mic, bid_hit=bid_hit) + SHARES_PER_WINDOW_PRIOR * SECOND / self._window_ns

    def _add(self, at: Ns, trade: TradePrint, *, bid_hit: bool, qty: float) -> None:
        key = (trade.symbol, trade.venue, bid_hit)
        rate = self._rates.get(key)
        if rate is None:
            rate = self._rates[key] = _Rate(at)
        rate.ns = rate.ns * exp((rate.at - at) / self._window_ns) + qty / self._window_ns
        rate.at = at
