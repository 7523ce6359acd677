"""Instruments are data: what is traded, in which currency, on which price grid, in which lots.

Dated rules (tick bands, lots) are resolved for one trading date before the engine starts a day, so that nothing in the
engine asks a calendar. Knows no venue and no order.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from router.core.types import Ppm, Px, Qty


class TickBand(Struct, frozen=True, gc=False):
    """From this price up (quanta, inclusive), displayed prices are multiples of `tick` (quanta)."""

    from_px: Px
    tick: Px


class PriceBand(Struct, frozen=True, gc=False):
    """Of a reference from this price up (quanta, inclusive), nothing trades further away than `ppm` of it.

    `most` caps that distance (quanta); the factors stretch it at the open and at the close.
    """

    from_px: Px
    ppm: Ppm
    most: Px | None = None
    open_factor: int = 1
    close_factor: int = 1


class Instrument(Struct, frozen=True):
    """One tradable thing on one trading date.

    `price_scale` is quanta per currency unit; `round_lot` in shares; `multiplier` is currency per price unit and share
    (1 for equities).
    """

    symbol: str
    currency: str = "USD"
    asset_class: str = "equity"
    price_scale: int = 10_000
    multiplier: int = 1
    round_lot: Qty = 100
    ticks: tuple[TickBand, ...] = (TickBand(0, 1), TickBand(10_000, 100))
    calendar: str = "XNYS"
    primary_venue: str | None = None
    adv: Qty | None = None
    """Average daily volume in shares, where configuration knows it."""
    bands: tuple[PriceBand, ...] = ()
    """Price bands of its tier, lowest reference first; empty where none are in force."""

    def tick(self, px: Px) -> Px:
        """The tick in force at `px`; bands are closed below."""
        # Most prices lie in the highest band, and there are few: from the top down is faster than a bisection.
        highest = self.ticks[-1]
        if px >= highest.from_px:
            return highest.tick
        for band in reversed(self.ticks):
            if px >= band.from_px:
                return band.tick
        return self.ticks[0].tick

    def on_tick(self, px: Px) -> bool:
        return px % self.tick(px) == 0

    def show(self, px: Px) -> str:
        """`px` as a person writes it: exact, with two decimals at least where a price may have any."""
        exponent = (Decimal(px) / self.price_scale).normalize().as_tuple().exponent
        assert isinstance(exponent, int), f"not a finite number: {px}/{self.price_scale}"
        return f"{Decimal(px) / self.price_scale:.{max(-exponent, 2 if self.price_scale > 1 else 0)}f}"

    def floor(self, px: Px) -> Px:
        """The highest displayable price at or below `px` (what a buy limit rounds to)."""
        return px - px % self.tick(px)

    def ceil(self, px: Px) -> Px:
        """The lowest displayable price at or above `px` (what a sell limit rounds to)."""
        return -(-px // self.tick(px)) * self.tick(px)
