"""Scheduled crosses: a bounded part of a patient slice is entered shortly before a cross and taken back after it.

Knows no algorithm. The times are the venue's `cross_times` in its own time zone (`timezone` of its settings), the cross
comes within `window_ns` of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from router.core.outputs import Candidate
from router.core.types import PPM, SECOND, Ns, OrdType, Peg, Ppm, Qty, Reason, VenueKind
from router.market.calendar import local_instant
from router.sor.dark import undisplayed
from router.sor.review import Review
from router.sor.routes import Route
from router.sor.work import Placement

SHARE_PPM: Final[Ppm] = 250_000
"""Of what a slice has left: a cross is one chance at a good price, and what waits for it trades nowhere else."""
LEAD_NS: Final = 60 * SECOND
"""How long before its time interest is entered: time to be cut back elsewhere first, no more to be seen."""
SLACK_NS: Final = SECOND
"""After the window, for the venue's own word to come, before interest is taken back."""


class CrossTimes:
    """When each crossing venue crosses on one trading date: (stated time, end of its window) in UTC ns, in order."""

    __slots__ = ("_windows",)

    def __init__(self, routes: tuple[Route, ...], day: str) -> None:
        self._windows = {route.mic: _windows(route, day) for route in routes}

    def next_of(self, mics: Sequence[str], at: Ns) -> tuple[Ns, Ns] | None:
        """When to enter, and when to have left, the next cross of any of `mics` that can still be entered at `at`."""
        windows = [window for mic in mics if (window := self.next_after(mic, at)) is not None]
        if not windows:
            return None
        start, end = min(windows)
        return start - LEAD_NS, end + 2 * SLACK_NS

    def next_after(self, mic: str, at: Ns) -> tuple[Ns, Ns] | None:
        """The first cross stated for later than `at`."""
        # No generator: it is asked at every review.
        for window in self._windows[mic]:
            if window[0] > at:
                return window
        return None


def enter(review: Review, times: CrossTimes) -> None:
    """Before a cross: show it its part, taken from what is free, and asked back from displayed venues where short."""
    for route in review.routes.cross:
        window = times.next_after(route.mic, review.now)
        if window is None or not review.has_time(window[1] + SLACK_NS - review.now):
            continue
        entry = window[0] - LEAD_NS
        if review.now < entry:
            review.wake_at(entry)
        else:
            _enter_one(review, route, window)


def leave(review: Review, times: CrossTimes) -> None:
    """After its cross: take interest back from a venue that keeps it for the next one."""
    for child in review.resting(VenueKind.CROSS):
        window = times.next_after(child.venue, child.sent_at)
        ends = child.sent_at if window is None else window[1] + SLACK_NS
        if review.now < ends:
            review.wake_at(ends)
        else:
            review.release([child], child.leaves, Reason.CROSS)


def _enter_one(review: Review, route: Route, window: tuple[Ns, Ns]) -> None:
    qty = _part(review)
    lost_by = _barred(review, route, window, qty)
    if not lost_by and review.free < qty:
        asked = [child for child in review.resting(VenueKind.LIT) if child.leaves >= qty - review.free]
        review.release(asked[:1], qty - review.free, Reason.CROSS)
        lost_by = "waiting for displayed quantity to come back"
    if not lost_by:
        review.send(
            Placement(
                venue=route.mic,
                qty=qty,
                ord_type=OrdType.PEGGED,
                px=review.work.limit_px,
                min_qty=review.work.prefs.min_qty,
                peg=Peg.MID,
                reason=Reason.CROSS,
            )
        )
    placed = 0 if lost_by else qty
    review.candidates.append(Candidate(route.mic, placed, None, -float(qty), "expected shares", lost_by))


def _part(review: Review) -> Qty:
    """Round lots for a cross: all of a slice that waits for one, else a part within the client's DarkPct."""
    work, lot = review.work, review.market.instrument.round_lot
    if work.reason is Reason.CROSS:  # what was lent to it is the client's CrossPct
        return work.remaining // lot * lot
    qty = work.remaining * SHARE_PPM // PPM
    if work.prefs.dark_pct is not None and not work.prefs.dark_only:
        qty = min(qty, max(work.qty * work.prefs.dark_pct // PPM - undisplayed(review), 0))
    return qty // lot * lot


def _barred(review: Review, route: Route, window: tuple[Ns, Ns], qty: Qty) -> str:
    reason = review.barred(route)
    if reason:
        return reason
    if qty < max(review.work.prefs.min_qty or 0, 1):
        return "the part for a cross is smaller than a lot or the client's minimum"
    if review.work.probed.get(route.mic, 0) >= window[0] - LEAD_NS or review.open_at(route.mic):
        return "shown to this cross already"
    if not review.has_room:
        return "as many children open as a slice may have"
    return ""


def _windows(route: Route, day: str) -> tuple[tuple[Ns, Ns], ...]:
    settings: Mapping[str, str | int | float | bool] = route.profile.settings
    timezone = str(settings.get("timezone", "America/New_York"))
    length = int(settings.get("window_ns", 300 * SECOND))
    starts = [local_instant(day, seconds, timezone) for seconds in sorted(route.profile.cross_times)]
    return tuple((start, start + length) for start in starts)
