"""Price bands after the US Limit Up-Limit Down plan: nobody trades further from the last five minutes' mean than so.

Bias: the mean is over the prints as the venues see them, without latency, and late corrections of it are not modelled.
The reference is the opening or reopening price, then the arithmetic mean of the eligible trades of the last five
minutes (since that price at most); it moves by one percent or more only, and once in 30 seconds (Plan, section V(A)).

How far from it is read from the instrument's table once a day, by the first reference; the Plan takes the previous
day's closing price for that, which is not known here.

It must not know a venue or a book. Prices are quanta, times UTC ns; the table is the instrument's,
resolved for its date.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from router.api import PPM, SECOND, CalendarDay, Instrument, Ns, PriceBand, PrintKind, Px

WINDOW_NS: Final[Ns] = 300 * SECOND
HOLD_NS: Final[Ns] = 30 * SECOND
MOVE_PPM: Final = 10_000
OPEN_NS: Final[Ns] = 900 * SECOND
"""How long after the open the opening's factor counts: 9:30 to 9:45."""
CLOSE_NS: Final[Ns] = 1_500 * SECOND
"""How long before the close the closing's factor counts: 15:35 to 16:00."""
_ELIGIBLE: Final = frozenset({PrintKind.REGULAR, PrintKind.HIDDEN, PrintKind.DARK})


class PriceBands:
    """The bands of one instrument on one day."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._day: CalendarDay | None = None
        self._trades: deque[tuple[Ns, Px]] = deque()
        self._sum = 0
        self._set_at: Ns = 0
        self._band: PriceBand | None = None
        """The row of the table that is the day's."""
        self.reference: Px | None = None
        """What the bands are around; None before the first trade: no bands then."""

    def start_day(self, day: CalendarDay) -> None:
        self._day, self._band = day, None

    def on_trade(self, at: Ns, px: Px, kind: PrintKind) -> bool:
        """Take in a trade. Returns whether the reference is another now."""
        if kind is PrintKind.OPENING or (self.reference is None and kind in _ELIGIBLE):
            self._trades.clear()
            self._sum = 0
            return self._set(at, px)
        if kind not in _ELIGIBLE:
            return False
        self._trades.append((at, px))
        self._sum += px
        while self._trades[0][0] <= at - WINDOW_NS:
            self._sum -= self._trades.popleft()[1]
        mean = self._sum // len(self._trades)
        assert self.reference is not None
        moved = abs(mean - self.reference) * PPM >= MOVE_PPM * self.reference
        return moved and at - self._set_at >= HOLD_NS and self._set(at, mean)

    def limits(self, at: Ns) -> tuple[Px, Px] | None:
        """The lowest and the highest price that may trade now; None where there are no bands."""
        reference, band = self.reference, self._band
        if reference is None or band is None:
            return None
        away = reference * band.ppm // PPM
        if band.most is not None:
            away = min(away, band.most)
        away *= self._factor(at, band.open_factor, band.close_factor)
        low, high = self._nearest(max(reference - away, 0)), self._nearest(reference + away)
        return low, high

    @property
    def changes_at(self) -> tuple[Ns, ...]:
        """When the bands change without a trade."""
        return () if self._day is None else (self._day.open + OPEN_NS, self._day.close - CLOSE_NS)

    def _set(self, at: Ns, px: Px) -> bool:
        self.reference, self._set_at = px, at
        if self._band is None:
            self._band = next((band for band in reversed(self._instrument.bands) if px >= band.from_px), None)
        return True

    def _factor(self, at: Ns, at_open: int, at_close: int) -> int:
        day = self._day
        if day is None:
            return 1
        if at < day.open + OPEN_NS:
            return at_open
        return at_close if at >= day.close - CLOSE_NS else 1

    def _nearest(self, px: Px) -> Px:
        """The nearest displayable price, the higher of two."""
        instrument = self._instrument
        low, high = instrument.floor(px), instrument.ceil(px)
        return low if px - low < high - px else high
