"""Market data of one venue: subscriptions by MarketDataRequest(V), and what is published as W, X and f.

It mirrors the displayed books from what the venue publishes, so that a snapshot and the changes that follow it are of
one piece. Depth is cut here: a level that comes into a subscriber's view is New, one that leaves it is Deleted. Knows
no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct
from sortedcontainers import SortedDict

from fixspec.codec import encode
from fixspec.message import Message
from fixspec.values import ValueRefused, clean_text, format_px, format_utc_timestamp, label, parse_id, parse_int, shown
from router.api import (
    AuctionImbalance,
    BookSnapshot,
    Instrument,
    LevelUpdate,
    MarketEvent,
    Ns,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    TradePrint,
)
from simulator.face.reports import Pair
from simulator.face.requests import RequestRefused, need

DEPTH_MAX: Final = 1_000
"""Levels a side that a subscriber may ask for by number; MarketDepth(264)=0 is the whole book."""
SYMBOLS_MAX: Final = 1_000
SUBSCRIPTIONS_MAX: Final = 1_000
"""Of one client at one time: a subscription costs a message for each change of its symbols."""
_SNAPSHOT, _UPDATES, _STOP = "0", "1", "2"
_BID, _OFFER, _TRADE, _IMBALANCE = "0", "1", "2", "A"
_KINDS: Final = (_BID, _OFFER, _TRADE, _IMBALANCE)
_NEW, _CHANGE, _DELETE = 0, 1, 2

_STATUS: Final[Mapping[Phase, tuple[int, int | None]]] = {
    Phase.PRE_OPEN: (21, 1),
    Phase.OPENING_AUCTION: (22, 2),
    Phase.CONTINUOUS: (17, 3),
    Phase.CLOSING_AUCTION: (17, 4),
    Phase.HALTED: (2, None),
    Phase.CLOSED: (18, 5),
}
"""SecurityTradingStatus(326) and TradingSessionSubID(625) of each phase; in a halt the session goes on."""

_AUCTIONS: Final[Mapping[PrintKind, str]] = {PrintKind.OPENING: "2", PrintKind.CLOSING: "4"}
"""TradingSessionSubID(625) of an auction, for its imbalance."""
_MORE_BUYERS, _MORE_SELLERS = "P", "Q"
"""TradeCondition(277) of an imbalance."""

_UNKNOWN_SYMBOL, _DUPLICATE, _BANDWIDTH, _TYPE, _DEPTH, _UPDATE_TYPE, _AGGREGATED, _ENTRY_TYPE = "01245678"
Letter: TypeAlias = tuple[str, str]


class _RejectedError(Exception):
    """A MarketDataRequest(V) that is not served: MDReqRejReason(281), None where no code says it, and the text."""

    def __init__(self, reason: str | None, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class _Book:
    """One displayed book, both sides best first."""

    def __init__(self) -> None:
        self.bids: SortedDict[int, Qty] = SortedDict()
        """By minus the price."""
        self.asks: SortedDict[int, Qty] = SortedDict()
        self.last: TradePrint | None = None
        self.imbalance: AuctionImbalance | None = None
        """Of the auction to come, as last published; None once the phase has changed."""

    def set(self, is_bid: bool, px: Px, qty: Qty) -> None:
        side, key = (self.bids, -px) if is_bid else (self.asks, px)
        if qty:
            side[key] = qty
        else:
            side.pop(key, None)

    def levels(self, is_bid: bool, depth: int) -> list[tuple[Px, Qty]]:
        """The best `depth` levels of a side, all with 0."""
        side = self.bids if is_bid else self.asks
        keys = side.keys()[:depth] if depth else side.keys()
        return [(abs(key), side[key]) for key in keys]


class _Subscription(Struct):
    """What one client wants to hear. `shown` is, by symbol and side, what it was told stands in the book."""

    client: str
    req_id: str
    symbols: dict[str, None]
    kinds: frozenset[str]
    depth: int
    incremental: bool
    house_tags: bool
    shown: dict[tuple[str, bool], dict[Px, Qty]]


class Feed:
    """See the module. `house_tags` are the clients that understand what we say beyond FIX 4.4."""

    def __init__(self, instruments: Mapping[str, Instrument], house_tags: frozenset[str]) -> None:
        self._instruments = instruments
        self._house_tags = house_tags
        self._books: dict[str, _Book] = {symbol: _Book() for symbol in instruments}
        self._phases: dict[str, Phase] = {}
        self._subscriptions: dict[tuple[str, str], _Subscription] = {}
        self._by_symbol: dict[str, dict[tuple[str, str], _Subscription]] = {symbol: {} for symbol in instruments}

    # --- in

    def request(self, at: Ns, client: str, message: Message) -> tuple[Letter, ...]:
        """MarketDataRequest(V): snapshots, or MarketDataRequestReject(Y). To unsubscribe, silence is the answer."""
        try:
            return self._serve(at, client, message)
        except _RejectedError as error:
            return ((client, _reject(message, error.reason, str(error))),)
        except (RequestRefused, ValueRefused) as error:
            return ((client, _reject(message, None, str(error))),)

    def forget(self, client: str) -> None:
        """The client's session has ended, and its subscriptions with it."""
        for key in [key for key in self._subscriptions if key[0] == client]:
            self._drop(key)

    def _serve(self, at: Ns, client: str, message: Message) -> tuple[Letter, ...]:
        key = client, parse_id(need(message, 262), 262)
        kind = need(message, 263)
        if kind not in {_SNAPSHOT, _UPDATES, _STOP}:
            raise _RejectedError(_TYPE, f"{label(263)} must be one of 0, 1, 2: got {shown(kind)}")
        if kind == _STOP:
            if key not in self._subscriptions:
                raise _RejectedError(None, f"{label(262)} must be a subscription's: got {shown(key[1])}")
            self._drop(key)
            return ()
        if key in self._subscriptions:
            raise _RejectedError(_DUPLICATE, f"{label(262)} must be new: {shown(key[1])} is subscribed")
        wanted = self._read(client, key[1], message, updates=kind == _UPDATES)
        if kind == _UPDATES:
            self._add(key, wanted)
        letters = [(client, self._snapshot(wanted, symbol)) for symbol in wanted.symbols]
        if kind == _UPDATES:
            known = [symbol for symbol in wanted.symbols if symbol in self._phases]
            letters += [(client, _status(at, symbol, self._phases[symbol])) for symbol in known]
        return tuple(letters)

    def _read(self, client: str, req_id: str, message: Message, *, updates: bool) -> _Subscription:
        depth = parse_int(need(message, 264), 264, low=0, high=10**9)
        if depth > DEPTH_MAX:
            raise _RejectedError(_DEPTH, f"{label(264)} must be 0 (all) to {DEPTH_MAX}: got {depth}")
        update_type = message.get(265, "0" if not updates else "")
        if update_type not in {"0", "1"}:
            raise _RejectedError(_UPDATE_TYPE, f"{label(265)} must be 0 or 1: got {shown(update_type)}")
        if message.get(266, "Y") != "Y":
            raise _RejectedError(_AGGREGATED, f"{label(266)} must be Y, price levels: got {shown(message.get(266))}")
        kinds = [entry.get(269) for entry in message.group(267)]
        for kind in kinds:
            if kind not in _KINDS:
                raise _RejectedError(_ENTRY_TYPE, f"{label(269)} must be one of {', '.join(_KINDS)}: got {shown(kind)}")
        if not kinds:
            raise _RejectedError(_ENTRY_TYPE, f"{label(267)} must be above 0")
        symbols = dict.fromkeys(entry.get(55) for entry in message.group(146))
        for symbol in symbols:
            if symbol not in self._instruments:
                raise _RejectedError(_UNKNOWN_SYMBOL, f"{label(55)} must be traded here: got {shown(symbol)}")
        if not 0 < len(symbols) <= SYMBOLS_MAX:
            raise _RejectedError(_BANDWIDTH, f"{label(146)} must be 1 to {SYMBOLS_MAX}: got {len(symbols)}")
        return _Subscription(
            client=client,
            req_id=req_id,
            symbols=symbols,
            kinds=frozenset(kinds),
            depth=depth,
            incremental=update_type == "1",
            house_tags=client in self._house_tags,
            shown={},
        )

    def _add(self, key: tuple[str, str], wanted: _Subscription) -> None:
        mine = sum(other == key[0] for other, _ in self._subscriptions)
        if mine >= SUBSCRIPTIONS_MAX:
            raise _RejectedError(_BANDWIDTH, f"subscriptions must be at most {SUBSCRIPTIONS_MAX}: {mine} stand")
        self._subscriptions[key] = wanted
        for symbol in wanted.symbols:
            self._by_symbol[symbol][key] = wanted

    def _drop(self, key: tuple[str, str]) -> None:
        for symbol in self._subscriptions.pop(key).symbols:
            del self._by_symbol[symbol][key]

    # --- out

    def publish(self, at: Ns, symbol: str, events: Sequence[MarketEvent]) -> tuple[Letter, ...]:
        """What happened at one instant in one symbol, for everybody who listens: a message each, or none."""
        listeners = [(listener, _Entries(listener, symbol)) for listener in self._by_symbol[symbol].values()]
        letters: list[Letter] = []
        for event in events:
            self._mirror(event)
            if isinstance(event, PhaseChange):
                letters += [(listener.client, _status(at, symbol, event.phase)) for listener, _ in listeners]
                continue
            for listener, entries in listeners:
                if isinstance(event, BookSnapshot):
                    entries.is_whole = True
                elif isinstance(event, TradePrint):
                    self._trade(at, listener, entries, event)
                elif isinstance(event, AuctionImbalance):
                    if _IMBALANCE in listener.kinds:
                        entries.add(_NEW, _IMBALANCE, self._imbalance(listener, event))
                else:
                    self._level(listener, entries, event)
        return (*letters, *self._letters(listeners, symbol))

    def _letters(self, listeners: Iterable[tuple[_Subscription, _Entries]], symbol: str) -> Iterable[Letter]:
        for listener, entries in listeners:
            self._see_view(listener, entries, symbol)
            if entries.lines and listener.incremental:
                yield listener.client, entries.text()
            if entries.is_whole or (entries.lines and not listener.incremental):
                yield listener.client, self._snapshot(listener, symbol)

    def _mirror(self, event: MarketEvent) -> None:
        book = self._books[event.symbol]
        if isinstance(event, PhaseChange):
            self._phases[event.symbol] = event.phase
            book.imbalance = None
        elif isinstance(event, AuctionImbalance):
            book.imbalance = event
        elif isinstance(event, LevelUpdate):
            book.set(event.is_bid, event.px, event.qty)
        elif isinstance(event, TradePrint):
            book.last = event
        else:
            last, imbalance, book = book.last, book.imbalance, _Book()
            book.last, book.imbalance, self._books[event.symbol] = last, imbalance, book
            for is_bid, levels in ((True, event.bids), (False, event.asks)):
                for px, qty in levels:
                    book.set(is_bid, px, qty)

    def _level(self, listener: _Subscription, entries: _Entries, event: LevelUpdate) -> None:
        if (_BID if event.is_bid else _OFFER) not in listener.kinds:
            return
        if listener.depth:
            entries.sides[event.is_bid] = None  # seen when all of the instant is known: levels pass through a view
            return
        told = listener.shown[event.symbol, event.is_bid]
        now = {event.px: event.qty} if event.qty else {}
        self._tell(entries, event.symbol, event.is_bid, {event.px: told[event.px]} if event.px in told else {}, now)
        told.pop(event.px, None)
        told.update(now)

    def _see_view(self, listener: _Subscription, entries: _Entries, symbol: str) -> None:
        for is_bid in entries.sides:
            view = dict(self._books[symbol].levels(is_bid, listener.depth))
            self._tell(entries, symbol, is_bid, listener.shown[symbol, is_bid], view)
            listener.shown[symbol, is_bid] = view

    def _tell(
        self, entries: _Entries, symbol: str, is_bid: bool, told: Mapping[Px, Qty], now: Mapping[Px, Qty]
    ) -> None:
        """The entries that turn what was told into what is: what is gone first, so that a view never overflows."""
        scale = self._instruments[symbol].price_scale
        kind = _BID if is_bid else _OFFER
        for px in told:
            if px not in now:
                entries.add(_DELETE, kind, [(270, format_px(px, scale))])
        for px, qty in now.items():
            if told.get(px) != qty:
                entries.add(_CHANGE if px in told else _NEW, kind, [(270, format_px(px, scale)), (271, qty)])

    def _trade(self, at: Ns, listener: _Subscription, entries: _Entries, event: TradePrint) -> None:
        if _TRADE not in listener.kinds:
            return
        fields: list[Pair] = [
            (270, format_px(event.px, self._instruments[event.symbol].price_scale)),
            (271, event.qty),
            (273, format_utc_timestamp(at)[9:]),
            (275, event.venue),
        ]
        if listener.house_tags and event.aggressor_is_buy is not None:
            fields.append((1057, "Y" if event.aggressor_is_buy else "N"))
        if listener.house_tags and event.kind is not PrintKind.REGULAR:
            fields.append((20113, event.kind))
        entries.add(_NEW, _TRADE, fields)

    def _imbalance(self, listener: _Subscription, event: AuctionImbalance) -> list[Pair]:
        """Without an indicative price no MDEntryPx(270); where nothing is left over no TradeCondition(277)."""
        scale = self._instruments[event.symbol].price_scale
        fields: list[Pair] = []
        if event.indicative_px is not None:
            fields.append((270, format_px(event.indicative_px, scale)))
        fields += [(271, abs(event.imbalance)), (625, _AUCTIONS[event.when])]
        if event.imbalance:
            fields.append((277, _MORE_BUYERS if event.imbalance > 0 else _MORE_SELLERS))
        if listener.house_tags:
            fields.append((20115, event.paired))
            if event.reference_px is not None:
                fields.append((20116, format_px(event.reference_px, scale)))
        return fields

    def _snapshot(self, listener: _Subscription, symbol: str) -> str:
        """MarketDataSnapshotFullRefresh(W); an empty book has NoMDEntries(268)=0."""
        book, scale = self._books[symbol], self._instruments[symbol].price_scale
        entries: list[Pair] = []
        count = 0
        for kind, is_bid in ((_BID, True), (_OFFER, False)):
            if kind not in listener.kinds:
                continue
            levels = book.levels(is_bid, listener.depth)
            listener.shown[symbol, is_bid] = dict(levels)
            count += len(levels)
            for px, qty in levels:
                entries += [(269, kind), (270, format_px(px, scale)), (271, qty)]
        if _TRADE in listener.kinds and book.last is not None:
            count += 1
            entries += [(269, _TRADE), (270, format_px(book.last.px, scale)), (271, book.last.qty)]
        if _IMBALANCE in listener.kinds and book.imbalance is not None:
            count += 1
            entries += [(269, _IMBALANCE), *self._imbalance(listener, book.imbalance)]
        return encode("W", [(262, listener.req_id), (55, symbol), (268, count), *entries])


class _Entries:
    """The entries of one MarketDataIncrementalRefresh(X) in the making; `is_whole` where a snapshot follows it."""

    def __init__(self, listener: _Subscription, symbol: str) -> None:
        self._req_id = listener.req_id
        self._symbol = symbol
        self.lines: list[Pair] = []
        self.count = 0
        self.is_whole = False
        self.sides: dict[bool, None] = {}
        """Those in which a subscriber with a limited view may see a change."""

    def add(self, action: int, kind: str, fields: list[Pair]) -> None:
        self.lines += [(279, action), (269, kind), (55, self._symbol), *fields]
        self.count += 1

    def text(self) -> str:
        return encode("X", [(262, self._req_id), (268, self.count), *self.lines])


def _status(at: Ns, symbol: str, phase: Phase) -> str:
    """SecurityStatus(f), which nobody has asked for by itself: it comes with the market data."""
    status, session = _STATUS[phase]
    named: list[Pair] = [] if session is None else [(625, session)]
    fields: list[Pair] = [(55, symbol), *named, (325, "Y"), (326, status), (60, format_utc_timestamp(at))]
    return encode("f", fields)


def _reject(message: Message, reason: str | None, text: str) -> str:
    """MarketDataRequestReject(Y); MDReqID(262) is required in it, so that one without any gets `NONE`."""
    req_id = clean_text(message.get(262), cap=64).strip() or "NONE"
    coded: list[Pair] = [] if reason is None else [(281, reason)]
    return encode("Y", [(262, req_id), *coded, (58, clean_text(text, cap=400))])
