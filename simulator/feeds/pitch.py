"""PITCH as text: one symbol's displayed orders on one exchange, out of a file of all. Reads, and knows no book.

Format (BATS/Cboe US Equities TCP PITCH): a line is milliseconds after New York midnight in 8 digits, a letter, and
fields of fixed width, with or without the `S` that sequenced data has in front. Order ids are 12 characters of base 36,
prices 6.4 digits. Read: A and d add, E executed, X cancelled, P and r hidden trade (the side is the resting order's),
H status, s symbol cleared. Passed over: B (a trade broken later undoes nothing here), I and J (auctions), R (retail
interest).

A file has no date in it: the caller knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from router.api import MILLISECOND, SECOND, CalendarDay, Ns
from simulator.feeds.orders import Counts, Kind, Ledger, Message
from simulator.feeds.text import FeedError, lines, midnight

_ORDER: Final = r"(?P<oid>[0-9A-Z]{12})(?P<side>[BS])(?P<qty>\d{6})"
_SHAPES: Final = {
    letter: re.compile(shape)
    for letter, shape in {
        "A": _ORDER + r"(?P<symbol>.{6})(?P<px>\d{10}).?",
        "d": _ORDER + r"(?P<symbol>.{8})(?P<px>\d{10}).{0,5}",
        "P": _ORDER + r"(?P<symbol>.{6})(?P<px>\d{10}).{12}",
        "r": _ORDER + r"(?P<symbol>.{8})(?P<px>\d{10}).{12}",
        "E": r"(?P<oid>[0-9A-Z]{12})(?P<qty>\d{6}).{12}",
        "X": r"(?P<oid>[0-9A-Z]{12})(?P<qty>\d{6})",
        "H": r"(?P<symbol>.{8})(?P<status>[HQST]).{0,3}",
        "s": r"(?P<symbol>.{8})",
    }.items()
}
_PASSED_OVER: Final = "BIJR"
_HALTS: Final = {"H": -1, "S": -1, "Q": 0, "T": 1}
"""Trading status to a halt's price (see `Message`): halted, suspended on this exchange, quoting, trading."""
_TIME_DIGITS: Final = 8
_DAY_MS: Final = 86_400_000


class PitchFeed:
    """`symbol` in a PITCH file of `day`; its session is what the file covers, to the second."""

    def __init__(self, path: Path, symbol: str, day: date, session: CalendarDay) -> None:
        self.symbol = symbol
        self.session = session
        self.counts = Counts()
        self._path = path
        self._midnight = midnight(day)

    def messages(self) -> Iterator[Message]:
        """See `OrderFeed.messages`."""
        ledger = Ledger()
        self.counts = ledger.counts
        others: set[str] = set()
        for number, line in enumerate(lines(self._path), 1):
            at_ms, letter, fields = _parse(self._path, number, line)
            at = self._midnight + at_ms * MILLISECOND
            if "symbol" in fields:
                if fields["symbol"].rstrip() != self.symbol:
                    if letter in "Ad":
                        others.add(fields["oid"])
                    continue
            elif letter in _PASSED_OVER or (ledger.left(fields["oid"]) is None and fields["oid"] in others):
                continue
            ledger.counts.rows += 1
            yield from _told(ledger, at, letter, fields)


def open_pitch(path: Path, symbol: str, day: date) -> PitchFeed:
    """Look through a file for its symbol and its first and last moment. FeedError if it is none, or without it."""
    first = last = None
    known: dict[str, None] = {}
    for number, line in enumerate(lines(path), 1):
        last, letter, fields = _parse(path, number, line)
        first = last if first is None else first
        if last < first:
            raise FeedError(path, number, f"time runs backwards, from {first} ms after midnight: {line!r}")
        if letter in "Ad":
            known[fields["symbol"].rstrip()] = None
    if first is None or last is None:
        raise FeedError(path, 0, "empty file")
    if symbol not in known:
        some = ", ".join(list(known)[:8])
        raise FeedError(path, 0, f"no order of {symbol} among {len(known)} symbols ({some}, ...)")
    start, second = midnight(day), SECOND // MILLISECOND
    opens = start + first // second * SECOND
    closes = start + (last // second + 1) * SECOND
    return PitchFeed(path, symbol, day, CalendarDay(f"{day:%Y%m%d}", opens, closes))


def _parse(path: Path, number: int, line: str) -> tuple[int, str, dict[str, str]]:
    """Milliseconds after midnight, the letter, and the fields of a letter that is read."""
    text = line.removeprefix("S")
    head, letter, rest = text[:_TIME_DIGITS], text[_TIME_DIGITS : _TIME_DIGITS + 1], text[_TIME_DIGITS + 1 :]
    # ASCII digits only: the file is read as ASCII.
    if len(head) == _TIME_DIGITS and head.isdecimal() and int(head) < _DAY_MS and letter:
        if letter in _PASSED_OVER:
            return int(head), letter, {}
        shape = _SHAPES.get(letter)
        found = shape.fullmatch(rest) if shape else None
        if found and (int(found.groupdict().get("px", "1")) and int(found.groupdict().get("qty", "1"))):
            return int(head), letter, found.groupdict()
    raise FeedError(path, number, f"not a PITCH message: {line!r}")


def _told(ledger: Ledger, at: Ns, letter: str, fields: dict[str, str]) -> list[Message]:
    qty, px, is_bid = int(fields.get("qty", "0")), int(fields.get("px", "0")), fields.get("side") == "B"
    match letter:
        case "A" | "d":
            return ledger.add(at, fields["oid"], is_bid, px, qty)
        case "X":
            return ledger.reduce(at, fields["oid"], qty)
        case "E":
            return ledger.execute(at, fields["oid"], qty)
        case "P" | "r":
            return [ledger.tell(Message(at, Kind.EXECUTE_HIDDEN, 0, qty, px, is_bid))]
        case "H":
            return [ledger.tell(Message(at, Kind.HALT, 0, 0, _HALTS[fields["status"]], is_bid=False))]
        case _:
            return ledger.clear(at)
