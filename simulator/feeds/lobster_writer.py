"""LOBSTER pairs written: each message as its row, and the orderbook row that follows it. Knows no book and no file.

As in LOBSTER's own level-N files, a message that changes nothing within the best N levels has no row; hidden
executions, crosses and halts, which change no level, have one. What the format cannot say is refused: a session that
does not begin and end on a millisecond of one New York date, a symbol of anything but capitals and dots, an id beyond
`OID_MAX`.
"""

from __future__ import annotations

from typing import Final

from router.api import MILLISECOND, SECOND, CalendarDay, Px, Qty
from simulator.feeds.lobster import EMPTY, file_name
from simulator.feeds.orders import OID_MAX, Kind, Message
from simulator.feeds.text import FormatError, midnight, parse_day

_SIGN: Final = {Kind.ADD: 1, Kind.REDUCE: -1, Kind.DELETE: -1, Kind.EXECUTE: -1}
LEVELS_MAX: Final = 1_000
"""LOBSTER sells up to 200; a row has four fields a level."""


class LobsterWriter:
    """One symbol's day. `names` are the two files' names, `rows` turns a message into a row of each, or none."""

    def __init__(self, symbol: str, session: CalendarDay, levels: int) -> None:
        if not 1 <= levels <= LEVELS_MAX:
            raise FormatError(f"{levels} levels: 1 to {LEVELS_MAX}")
        day = parse_day(session.day)
        self._midnight = midnight(day)
        start, finer = divmod(session.open - self._midnight, MILLISECOND)
        end, finer_end = divmod(session.close - self._midnight, MILLISECOND)
        if finer or finer_end or not 0 <= start < end:
            raise FormatError(f"a session of {start}-{end} ms after New York midnight is not one of {day}")
        self.names = tuple(file_name(symbol, day, (start, end), kind, levels) for kind in ("message", "orderbook"))
        self._levels = levels
        self._sides: dict[bool, dict[Px, Qty]] = {True: {}, False: {}}
        self._shown = self._row()

    def rows(self, message: Message) -> tuple[str, str] | None:
        """The message's row and the orderbook's; None when it touches no level in view."""
        if not 0 <= message.oid < OID_MAX:
            raise FormatError(f"order id {message.oid}: 0 to {OID_MAX - 1}")
        change = _SIGN.get(Kind(message.kind), 0) * message.qty
        if change:
            self._change(message.is_bid, message.px, change)
        row = self._row()
        if change and row == self._shown:
            return None
        self._shown = row
        seconds, fraction = divmod(message.at - self._midnight, SECOND)
        side = 1 if message.is_bid else -1
        return (f"{seconds}.{fraction:09},{message.kind},{message.oid},{message.qty},{message.px},{side}", row)

    def _change(self, is_bid: bool, px: Px, change: Qty) -> None:
        side = self._sides[is_bid]
        qty = side.get(px, 0) + change
        if qty < 0:
            raise FormatError(f"{-change} shares leave {px}, where only {qty - change} stand")
        if qty:
            side[px] = qty
        else:
            del side[px]

    def _row(self) -> str:
        asks = sorted(self._sides[False].items())[: self._levels]
        bids = sorted(self._sides[True].items(), reverse=True)[: self._levels]
        asks += [(EMPTY, 0)] * (self._levels - len(asks))
        bids += [(-EMPTY, 0)] * (self._levels - len(bids))
        return ",".join(f"{ask},{asked},{bid},{bidden}" for (ask, asked), (bid, bidden) in zip(asks, bids, strict=True))
