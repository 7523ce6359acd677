"""Reads what the user names (bars, ticks, quotes, LOBSTER days, journals) into dates that a profile is measured from.

One file is in memory at a time, and of ticks one date. What a file is, its name says, or else its first line. Measures
nothing itself (`router.tca.profile.measure_day` does), and leaves to it what a date is worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import file_digest
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from msgspec.structs import replace

from router.core.instruments import Instrument
from router.core.profiles import CalendarDay
from router.core.types import SECOND, Ns, PrintKind, Px, Qty
from router.market.calendar import RawCalendar, calendar_day
from router.runtime.analysis.journal_cases import journal_of, read_recorder
from router.tca.facts.recorder import Recorder
from router.tca.profile.measure_day import (
    KINDS,
    DayFigures,
    SpreadSum,
    day_of_bars,
    day_of_prints,
    day_of_volumes,
    spread_of_bars,
    spread_of_quotes,
)
from simulator.feeds import lean, lobster
from simulator.feeds.bars import read_bars
from simulator.feeds.ohlc import Bar, is_ohlc_file, read_all_ohlc
from simulator.feeds.quote_bars import QuoteBar, is_quote_bar_file, read_quote_bars
from simulator.feeds.text import QUANTA, midnight, parse_day

_CODES: Final = {kind: code for code, kind in enumerate(KINDS)}
_LOBSTER_KINDS: Final = {
    lobster.Kind.EXECUTE: PrintKind.REGULAR,
    lobster.Kind.EXECUTE_HIDDEN: PrintKind.HIDDEN,
    lobster.Kind.CROSS: PrintKind.CROSS,
}
_DAY_NS: Final = 86_400 * SECOND
_MARGIN_NS: Final = _DAY_NS // 8


class Window(NamedTuple):
    """What is wanted: sessions of `calendar` in `bins`, `first` to `last` (YYYYMMDD), of `symbols` (empty: all)."""

    calendar: RawCalendar
    bins: int
    symbols: tuple[str, ...] = ()
    first: str = "00000000"
    last: str = "99999999"

    def wants(self, symbol: str, day: str) -> bool:
        return self.first <= day <= self.last and (not self.symbols or symbol in self.symbols)


class Evidence:
    """All that the files said of one symbol, not yet judged."""

    def __init__(self) -> None:
        self.days: list[DayFigures] = []
        self.spreads: list[SpreadSum] = []
        self.sources: dict[str, str] = {}
        self.notes: list[str] = []
        self.currency = "USD"


class Gatherer:
    """Takes in one file after another; `found` has the symbols in order of their first coming.

    Files that are not what they seem raise FeedError (simulator.feeds.text), a number that no market has ValueError,
    journals click's error, each with the file.
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self.found: dict[str, Evidence] = {}

    def take(self, path: Path) -> None:
        """Read one file, or a state directory with its journal."""
        try:
            self._take(path)
        except OverflowError:
            raise ValueError(f"{path.name}: a number in it is above 2^63 - 1") from None

    def _take(self, path: Path) -> None:
        if path.is_dir() or path.suffix == ".sqlite3":
            self._journal(journal_of(path))
        elif lean.is_tick_file(path):
            self._ticks(path)
        elif lobster.is_lobster_file(path):
            self._lobster(path)
        elif is_ohlc_file(path):
            self._bars(path)
        elif is_quote_bar_file(path):
            self._quote_bars(path)
        else:
            self._volumes(path)

    # --- the kinds of file

    def _bars(self, path: Path) -> None:
        by_symbol: dict[str, dict[str, list[Bar]]] = {}
        for symbol, day, bar in read_all_ohlc(path):
            if self.window.wants(symbol, day):
                by_symbol.setdefault(symbol, {}).setdefault(day, []).append(bar)
        for symbol, days in by_symbol.items():
            evidence, grain = self._evidence(symbol, path), _grain([bar.at for bar in bars] for bars in days.values())
            for day, bars in days.items():
                session = self._session(evidence, day)
                if session is not None:
                    _add(evidence.days, self._day_of_bars(session, bars, grain))

    def _quote_bars(self, path: Path) -> None:
        by_symbol: dict[str, dict[str, list[QuoteBar]]] = {}
        for bar in read_quote_bars(path):
            if self.window.wants(bar.symbol, bar.day):
                by_symbol.setdefault(bar.symbol, {}).setdefault(bar.day, []).append(bar)
        for symbol, days in by_symbol.items():
            evidence, grain = self._evidence(symbol, path), _grain([bar.at for bar in bars] for bars in days.values())
            for day, bars in days.items():
                session = self._session(evidence, day)
                if session is not None:
                    evidence.spreads.append(_spread_of_bars(session, bars, grain))

    def _volumes(self, path: Path) -> None:
        """Bars that have no prices."""
        by_symbol: dict[str, dict[str, list[tuple[Ns, Qty]]]] = {}
        for bar in read_bars(path):
            if self.window.wants(bar.symbol, bar.day):
                at = midnight(parse_day(bar.day)) + bar.second * SECOND
                by_symbol.setdefault(bar.symbol, {}).setdefault(bar.day, []).append((at, bar.qty))
        for symbol, days in by_symbol.items():
            evidence, grain = self._evidence(symbol, path), _grain([at for at, _ in bars] for bars in days.values())
            for day, bars in days.items():
                session = self._session(evidence, day)
                if session is not None:
                    ats, qtys = np.array(sorted(bars), np.int64).T
                    whole = {"grain_ns": grain, "bins": self.window.bins}
                    _add(evidence.days, day_of_volumes(session, ats, qtys, **whole, partial=self._partial(day)))

    def _day_of_bars(self, session: CalendarDay, bars: Sequence[Bar], grain_ns: Ns) -> DayFigures | None:
        ats, opens, _, _, closes, qtys = np.array(sorted(bars), np.int64).T
        return day_of_bars(
            session,
            ats,
            opens / QUANTA,
            closes / QUANTA,
            qtys,
            grain_ns=grain_ns,
            bins=self.window.bins,
            partial=self._partial(session.day),
        )

    def _ticks(self, path: Path) -> None:
        symbol, date, kind = lean.tick_file(path)
        day = f"{date:%Y%m%d}"
        if not self.window.wants(symbol, day):
            return
        evidence = self._evidence(symbol, path)
        session = self._session(evidence, day)
        if session is None:
            return
        if kind == "trade":
            trades = [(each.at, each.px, each.qty, _CODES[each.kind]) for each in lean.read_trades(path)]
            self._prints(evidence, session, trades, QUANTA)
        else:
            quotes = [(each.at, each.bid, each.ask) for each in lean.read_quotes(path)]
            _quotes(evidence, session, quotes, QUANTA)

    def _lobster(self, path: Path) -> None:
        """Either file of the pair; where both are given, the day is read once."""
        pair = lobster.open_day(path)
        day = f"{pair.day:%Y%m%d}"
        if not self.window.wants(pair.symbol, day):
            return
        evidence = self._evidence(pair.symbol, pair.messages)
        session = self._session(evidence, day)
        if session is None or pair.orderbooks.name in evidence.sources:
            return
        evidence.sources[pair.orderbooks.name] = _sha256(pair.orderbooks)
        evidence.notes.append(f"{day} is one venue's book (LOBSTER): its own volume, and its own best for a spread")
        trades, quotes = _lobster_day(pair)
        self._prints(evidence, session, trades, QUANTA, tells_auctions=False)
        _quotes(evidence, session, quotes, QUANTA)

    def _journal(self, path: Path) -> None:
        recorder = read_recorder(path)
        known = {each.symbol: each for each in recorder.config.instruments} if recorder.config else {}
        for symbol in recorder.tapes:
            self._journal_symbol(path, recorder, known.get(symbol) or Instrument(symbol))

    def _journal_symbol(self, path: Path, recorder: Recorder, instrument: Instrument) -> None:
        """The dates that the journal began: its tape and the national best that its router saw."""
        began = {day: at for at, day in recorder.days}
        calendar = recorder.config.calendars.get(instrument.calendar, ()) if recorder.config else ()
        symbol, scale = instrument.symbol, instrument.price_scale
        for session in calendar:
            if session.day not in began or not self.window.wants(symbol, session.day):
                continue
            evidence = self._evidence(symbol, path)
            evidence.currency = instrument.currency
            whole = began[session.day] <= session.open and recorder.at >= session.close
            # The auctions print outside the session, and no session of another date is so near.
            prints = recorder.tapes[symbol].prints(session.open - _MARGIN_NS, session.close + _MARGIN_NS)
            trades = [(each.at, each.px, each.qty, _CODES[each.kind]) for each in prints]
            self._prints(evidence, session, trades, scale, partial="" if whole else "was recorded in part")
            if symbol in recorder.quotes:
                # Where the journal ends, so does what is known of the last quote.
                heard = replace(session, close=min(session.close, max(recorder.at, session.open)))
                seen = recorder.quotes[symbol].between(session.open, heard.close)
                _quotes(evidence, heard, [(each.at, each.bid or 0, each.ask or 0) for each in seen], scale)

    # --- into dates

    def _prints(
        self,
        evidence: Evidence,
        session: CalendarDay,
        trades: Sequence[tuple[Ns, Px, Qty, int]],
        scale: int,
        *,
        partial: str = "",
        tells_auctions: bool = True,
    ) -> None:
        if not trades:
            return
        ats, pxs, qtys, kinds = np.array(trades, np.int64).T
        figures = day_of_prints(
            session,
            ats,
            pxs / scale,
            qtys,
            kinds,
            bins=self.window.bins,
            partial=partial or self._partial(session.day),
            tells_auctions=tells_auctions,
        )
        _add(evidence.days, figures)

    def _evidence(self, symbol: str, path: Path) -> Evidence:
        evidence = self.found.setdefault(symbol, Evidence())
        if path.name not in evidence.sources:
            evidence.sources[path.name] = _sha256(path)
        return evidence

    def _session(self, evidence: Evidence, day: str) -> CalendarDay | None:
        """The date's session; a date without one is noted."""
        session = calendar_day(self.window.calendar, day)
        if session is None:
            evidence.notes.append(f"{day} has no session in the calendar: left out")
        return session

    def _partial(self, day: str) -> str:
        return "closed early" if day in self.window.calendar.early_closes else ""


def _add(days: list[DayFigures], figures: DayFigures | None) -> None:
    if figures is not None:
        days.append(figures)


def _quotes(evidence: Evidence, session: CalendarDay, quotes: Sequence[tuple[Ns, Px, Px]], scale: int) -> None:
    if quotes:
        ats, bids, asks = np.array(quotes, np.int64).T
        evidence.spreads.append(spread_of_quotes(session, ats, bids / scale, asks / scale))


def _spread_of_bars(session: CalendarDay, bars: Sequence[QuoteBar], grain_ns: Ns) -> SpreadSum:
    ats, *ends = np.array(sorted(bar[2:] for bar in bars), np.int64).T
    bid_open, ask_open, bid_close, ask_close = (each / QUANTA for each in ends)
    return spread_of_bars(session, ats, (bid_open, ask_open), (bid_close, ask_close), grain_ns=grain_ns)


def _lobster_day(pair: lobster.LobsterDay) -> tuple[list[tuple[Ns, Px, Qty, int]], list[tuple[Ns, Px, Px]]]:
    trades, quotes = [], []
    for message, row in zip(lobster.read_messages(pair), lobster.read_rows(pair), strict=True):
        ask, _, bid = map(int, row.split(",", 3)[:3])
        quotes.append((message.at, max(bid, 0), ask if ask != lobster.EMPTY else 0))
        known = _LOBSTER_KINDS.get(lobster.Kind(message.kind))
        if known is not None:
            trades.append((message.at, message.px, message.qty, _CODES[known]))
    return trades, quotes


def _grain(days: Iterable[Sequence[Ns]]) -> Ns:
    """How long a bar is: the shortest time between two of one date; where each date has one bar, a day."""
    gaps = (after - before for starts in days for before, after in pairwise(sorted(starts)))
    return min((gap for gap in gaps if gap > 0), default=_DAY_NS)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
