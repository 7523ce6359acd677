"""The tape of one instrument: which prints count for what, and a parent order's O(1) window on it.

Knows no venue's book and no order; a window is told what its owner filled. Which kinds of print count is data
(`PRINT_RULES`), after the sale conditions of the CTA and UTP plans (eligible for volume, last, high and low).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from router.core.types import Ns, PrintKind, Px, Qty


class PrintRule(NamedTuple):
    """What one kind of print counts for. Every kind counts in the day's volume."""

    eligible: bool
    """In the volume that participation and VWAP are measured against."""
    last: bool
    """Sets the last price."""
    range: bool
    """Moves the day's high and low."""


PRINT_RULES: Final[Mapping[PrintKind, PrintRule]] = MappingProxyType(
    {
        PrintKind.REGULAR: PrintRule(eligible=True, last=True, range=True),
        PrintKind.HIDDEN: PrintRule(eligible=True, last=True, range=True),
        # A pool's continuous matching is regular-way volume that a patient order could have had.
        PrintKind.DARK: PrintRule(eligible=True, last=True, range=True),
        # One event at one price: nobody participates in it by being there at the time.
        PrintKind.CROSS: PrintRule(eligible=False, last=False, range=False),
        PrintKind.OPENING: PrintRule(eligible=False, last=True, range=True),
        PrintKind.CLOSING: PrintRule(eligible=False, last=True, range=True),
        # Negotiated elsewhere, reported here: neither its time nor its price was on offer.
        PrintKind.OFF_EXCHANGE: PrintRule(eligible=False, last=False, range=False),
        PrintKind.LATE: PrintRule(eligible=False, last=False, range=False),
    }
)


class Tape:
    """Counters over the prints of one instrument. `volume` and `notional` (px x qty) only grow, across days too."""

    __slots__ = ("day_volume", "high", "last", "last_at", "low", "notional", "previous_close", "volume")

    def __init__(self, previous_close: Px | None = None) -> None:
        self.volume: Qty = 0
        self.notional = 0
        self.day_volume: Qty = 0
        self.last: Px | None = None
        self.last_at: Ns = 0
        self.high: Px | None = None
        self.low: Px | None = None
        self.previous_close = previous_close

    def add(self, at: Ns, px: Px, qty: Qty, kind: PrintKind) -> None:
        """Take in one print."""
        rule = PRINT_RULES[kind]
        self.day_volume += qty
        if rule.eligible:
            self.volume += qty
            self.notional += px * qty
        if rule.last:
            self.last = px
            self.last_at = at
        if rule.range:
            self.high = px if self.high is None or px > self.high else self.high
            self.low = px if self.low is None or px < self.low else self.low

    def start_day(self) -> None:
        """A trading date begins: yesterday's last is the previous close, the day's figures start again."""
        self.previous_close = self.last if self.last is not None else self.previous_close
        self.day_volume = 0
        self.last = self.high = self.low = None
        self.last_at = 0

    def window(self) -> TapeWindow:
        """A parent's view of the volume from now on."""
        return TapeWindow(self)


class TapeWindow:
    """Eligible volume since the window was opened, without its owner's own prints.

    One per parent, because another client's fills are public volume like anybody's: what leaves out the whole house's
    would show one client's order to another's. A fill can be known before its print is: `volume` is held at 0 then.
    """

    __slots__ = ("_notional_start", "_own_notional", "_own_volume", "_tape", "_volume_start")

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._volume_start = tape.volume
        self._notional_start = tape.notional
        self._own_volume: Qty = 0
        self._own_notional = 0

    def own_fill(self, qty: Qty, px: Px, kind: PrintKind) -> None:
        """The owner traded: its print, seen or still to come, is not others' volume."""
        if PRINT_RULES[kind].eligible:
            self._own_volume += qty
            self._own_notional += px * qty

    @property
    def volume(self) -> Qty:
        """Others' eligible shares since the start."""
        return max(self._tape.volume - self._volume_start - self._own_volume, 0)

    @property
    def notional(self) -> int:
        """Their px x qty, in quanta: others' VWAP is `notional / volume`."""
        return max(self._tape.notional - self._notional_start - self._own_notional, 0)
